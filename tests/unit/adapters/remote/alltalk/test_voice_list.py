"""Lists of voices, good and bad."""

from __future__ import annotations

from typing import Any

import pytest

from wyoming_tts.adapters.remote.alltalk.facts import Facts
from wyoming_tts.adapters.remote.alltalk.voice_list import MAX_NAME_CHARS, NONE_FOUND, THE_ONE, listed

FACTS = Facts("xtts")


def names(body: Any, facts: Facts = FACTS) -> list[str]:
    return [voice.name for voice in listed(body, facts, (), "en-US")]


def test_voices_have_what_their_names_tell() -> None:
    body = {"status": "success", "voices": ["female_01.wav", "Arnold.wav", "male_03.wav", "voiceset:Two"]}
    voices = listed(body, FACTS, (), "en-US")
    assert [voice.name for voice in voices] == body["voices"]
    assert [voice.gender for voice in voices] == ["female", None, "male", None]
    assert {voice.languages for voice in voices} == {("en",)}
    assert {voice.description for voice in voices} == {"xtts"}


def test_the_owner_knows_the_languages_best() -> None:
    body = {"voices": ["en_GB-alan-medium.onnx"]}
    assert listed(body, FACTS, ("nl-BE", "fr"), "en-US")[0].languages == ("nl-BE", "fr")


@pytest.mark.parametrize(
    "body",
    [
        {"status": "error", "message": "no voices"},
        {"voices": None},
        {"voices": {"a": 1}},
        {"voices": [NONE_FOUND]},
        {"voices": ["", " a", "a\nb", "a#b", "a|b", 'a"b', "x" * (MAX_NAME_CHARS + 1), None, 3, ["a"]]},
        ["a"],
        "a",
        None,
    ],
)
def test_what_is_no_voice_is_left_out(body: Any) -> None:
    assert names(body) == []


def test_a_name_comes_once() -> None:
    assert names({"voices": ["a.wav", "b.wav", "a.wav"]}) == ["a.wav", "b.wav"]


def test_an_engine_with_one_voice_has_one() -> None:
    assert names(None, Facts("dia", many_voices=False)) == [THE_ONE]
