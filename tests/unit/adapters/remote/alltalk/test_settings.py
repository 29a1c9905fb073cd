"""AllTalk in the owner's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wyoming_tts.adapters.remote.alltalk.settings import AllTalkSettings
from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.load import load
from wyoming_tts.settings.reference import reference

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.settings.provider import ProviderSettings

TYPES: dict[str, type[ProviderSettings]] = {"alltalk": AllTalkSettings}


def written(tmp_path: Path, keys: str) -> AllTalkSettings:
    file = tmp_path / "house.yaml"
    file.write_text("providers: {p: {type: alltalk, " + keys + "}}", encoding="utf-8")
    settings = load(file, provider_types=TYPES, default_providers={}, environ={}, overrides={}).providers["p"]
    assert isinstance(settings, AllTalkSettings)
    return settings


def test_without_a_word_it_is_the_server_beside_us(tmp_path: Path) -> None:
    settings = written(tmp_path, "")
    assert settings.base_url == "http://127.0.0.1:7851"
    assert (settings.concurrency, settings.streaming, settings.text_filtering) == (1, "auto", "none")
    assert settings.stays_here


@pytest.mark.parametrize("word", ["auto", "on", "off"])
def test_streaming_is_one_of_three_words(tmp_path: Path, word: str) -> None:
    assert written(tmp_path, f"streaming: {word}").streaming == word
    assert written(tmp_path, f"streaming: '{word}'").streaming == word


@pytest.mark.parametrize(
    "keys", ["streaming: maybe", "streaming: 1", "max_chars: 3", "languages: [English]", "text_filtering: some"]
)
def test_what_makes_no_sense_is_said(tmp_path: Path, keys: str) -> None:
    with pytest.raises(ConfigError, match=keys.partition(":")[0]):
        written(tmp_path, keys)


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://localhost:7851", True),
        ("http://[::1]:7851", True),
        ("http://127.8.8.8", True),
        ("http://192.168.1.20:7851", False),
        ("https://alltalk.example", False),
        ("http://localhost.example", False),
    ],
)
def test_only_loopback_is_this_machine(address: str, *, here: bool) -> None:
    assert AllTalkSettings(base_url=address).stays_here is here


def test_the_reference_tells_each_key() -> None:
    text = reference(TYPES)
    for key in AllTalkSettings.model_fields.keys() - {"type"}:
        assert f"| `{key}` |" in text
