"""Phrases in the owner's file: as a section, as a plain list, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from tests.fakes.provider_settings import DEFAULTS, TYPES
from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.load import load
from wyoming_tts.settings.phrases import MAX_PHRASE_CHARS, MAX_PHRASES, MAX_VOICES, PhraseSettings
from wyoming_tts.settings.schema import json_schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def loaded(tmp_path: Path, text: str, environ: Mapping[str, str] | None = None) -> PhraseSettings:
    path = tmp_path / "s.yaml"
    path.write_text(text)
    return load(path, provider_types=TYPES, default_providers=DEFAULTS, environ=environ or {}).phrases


def problem(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    "text", ["phrases: [Dinner is ready., 007]", "phrases:\n  say:\n    - Dinner is ready.\n    - 007\n"]
)
def test_a_plain_list_is_what_is_to_be_said(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text) == PhraseSettings(say=("Dinner is ready.", "007"))


def test_nothing_is_said_or_learned_unless_the_owner_wants_it(tmp_path: Path) -> None:
    for text in ("", "phrases:\n", "phrases: []\n", "phrases: {}\n"):
        phrases = loaded(tmp_path, text)
        assert (phrases.say, phrases.voices, phrases.learn) == ((), (), False)


def test_the_environment_may_hold_a_list_or_add_a_key_to_one(tmp_path: Path) -> None:
    assert loaded(tmp_path, "", {"WYOMING_TTS_PHRASES": '["Hello."]'}).say == ("Hello.",)
    phrases = loaded(tmp_path, "phrases: [Hello.]", {"WYOMING_TTS_PHRASES__LEARN": "true"})
    assert (phrases.say, phrases.learn) == (("Hello.",), True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("phrases:\n- Hello.\n- ' '", 's.yaml:3: phrases.say[1]: must hold something to say; found " "'),
        ("phrases:\n- Hello.\n- {a: 1}", "s.yaml:3: phrases.say[1]: must be text of at most 300 characters;"),
        ("phrases:\n- !env NOTHING", "s.yaml:2: phrases.say[0]: names the environment variable NOTHING"),
        (f"phrases: {['x'] * (MAX_PHRASES + 1)}", f"phrases.say: must be a list of at most {MAX_PHRASES};"),
        (f"phrases: [{'x' * (MAX_PHRASE_CHARS + 1)}]", f"must be text of at most {MAX_PHRASE_CHARS} characters"),
        (f"phrases: {{voices: {['v'] * (MAX_VOICES + 1)}}}", f"phrases.voices: must be a list of at most {MAX_VOICES}"),
        ("phrases: Hello.", 'phrases: must be keys with values; found "Hello."'),
        ("phrases: {voices: [anna, nobody/v]}", 'phrases.voices[1]: names the provider "nobody", which is not'),
        ("phrases: {voices: [a/]}", "phrases.voices[0]: must be a name of `voices`, provider/voice or"),
        ("phrases: {says: []}", 'unknown key; did you mean "say"? allowed: say, voices, learn, learn_max'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in problem(tmp_path, text)


def test_a_voice_may_have_any_name_that_a_client_may_send(tmp_path: Path) -> None:
    phrases = loaded(tmp_path, "phrases: {voices: [Anna, plain/v#eva, en_US-lessac-medium]}")
    assert len(phrases.voices) == 3


def test_an_editor_takes_both_ways_and_marks_what_is_neither() -> None:
    editor = Draft202012Validator(json_schema(TYPES))
    for right in (["Hello."], {"say": ["Hello."]}, None):
        assert editor.is_valid({"phrases": right})
    for wrong in ("Hello.", [1], {"say": "Hello."}, ["x"] * (MAX_PHRASES + 1)):
        assert not editor.is_valid({"phrases": wrong})
