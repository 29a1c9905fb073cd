from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wyoming_tts.adapters.remote.openai.presets import PRESETS
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.adapters.remote.openai.voice_settings import OpenAiVoice
from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.load import load
from wyoming_tts.settings.reference import reference

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.settings.provider import ProviderSettings

TYPES: dict[str, type[ProviderSettings]] = {"openai": OpenAiSettings}
HERE = "http://192.168.1.20:8880"


def settings(tmp_path: Path, keys: str, secrets: str = "") -> OpenAiSettings:
    """Read them as an owner writes them."""
    file = tmp_path / "house.yaml"
    file.write_text("providers: {cloud: {type: openai, " + keys + "}}", encoding="utf-8")
    (tmp_path / "secrets.yaml").write_text(secrets, encoding="utf-8")
    provider = load(file, provider_types=TYPES, default_providers={}, environ={}, overrides={}).providers["cloud"]
    assert isinstance(provider, OpenAiSettings)
    return provider


def test_a_compatible_server_needs_its_address_alone(tmp_path: Path) -> None:
    found = settings(tmp_path, f'base_url: "{HERE}"')
    assert found.base_url == f"{HERE}/v1"
    assert (found.model, found.response_format, found.headers) == ("tts-1", "wav", {})


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("http://host", "http://host/v1"),
        ("http://host:8000/", "http://host:8000/v1"),
        ("http://host:8000/v1/", "http://host:8000/v1"),
        ("https://host/openai/api", "https://host/openai/api"),
    ],
)
def test_an_address_without_a_path_gets_the_usual_one(tmp_path: Path, written: str, used: str) -> None:
    assert settings(tmp_path, f'base_url: "{written}"').base_url == used


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_valid_and_knows_where_its_server_is(tmp_path: Path, preset: str) -> None:
    address = f', base_url: "{HERE}"' if preset == "compatible" else ""
    found = settings(tmp_path, f"preset: {preset}{address}")
    assert found.base_url.endswith("/v1")
    assert PRESETS[found.preset].keys.items() <= found.model_dump().items()


def test_what_the_owner_writes_goes_before_the_preset(tmp_path: Path) -> None:
    found = settings(
        tmp_path, f'preset: edge-tts, base_url: "{HERE}/v1", response_format: wav, model: null, max_chars: 900'
    )
    assert (found.base_url, found.response_format, found.max_chars) == (f"{HERE}/v1", "wav", 900)
    assert found.model == "tts-1"


def test_a_voice_is_a_name_or_more(tmp_path: Path) -> None:
    voice = "{name: calm, voice: coral, model: gpt-4o-mini-tts, languages: [de_de], speed: 0.9, instructions: Softly.}"
    found = settings(tmp_path, f"preset: openai, voices: [nova, {voice}]")
    assert found.voices == (
        OpenAiVoice(name="nova"),
        OpenAiVoice(
            name="calm",
            voice="coral",
            model="gpt-4o-mini-tts",
            languages=("de-DE",),
            speed=0.9,
            instructions="Softly.",
        ),
    )


def test_the_key_is_kept_from_sight_and_goes_into_the_header(tmp_path: Path) -> None:
    found = settings(tmp_path, "preset: openai, api_key: !secret openai", "openai: ' sk-hidden '")
    assert "hidden" not in repr(found) + str(found) + repr(found.endpoint("cloud", found.headers))
    assert found.headers == {"Authorization": "Bearer sk-hidden"}


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("model: x", "needs base_url, the address of the server, or a preset that has one"),
        ("preset: kokoro", "cloud.preset: must be one of compatible, openai, openai-realtime"),
        ("preset: [openai]", "cloud.preset: must be one of"),
        ("preset: openai, base_url: api.openai.com", "must be an address such as"),
        ("preset: openai, voices: [a, a]", "two voices must not have the same name"),
        ("preset: openai, voices: ['a#b']", "no # and no space around it"),
        ("preset: openai, body: {input: Hi}", "body must not hold input"),
        ("preset: openai, body: {a: [1]}", "cloud.body.a"),
        ("preset: openai, stream_format: sse", "stream_format"),
        ("preset: openai, rate: 100", "rate: must be a whole number from 8000 to 192000"),
        ("preset: openai, api_key: 'a b'", "must be one word"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, keys: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, keys)
    assert sentence in str(caught.value)


def test_a_key_that_cannot_be_one_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(tmp_path, "preset: openai, api_key: 'sk hidden'")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "local"),
    [
        ("preset: speaches", True),
        ('base_url: "http://127.0.0.2:1"', True),
        ('base_url: "http://[::1]:1"', True),
        (f'base_url: "{HERE}"', False),
        ("preset: openai", False),
        ("preset: edge-tts", False),  # hands the text on to Microsoft
    ],
)
def test_whether_the_text_stays_here(tmp_path: Path, keys: str, *, local: bool) -> None:
    assert settings(tmp_path, keys).stays_here is local


def test_the_reference_knows_each_key() -> None:
    text = reference(TYPES)
    for key in OpenAiSettings.model_fields:
        assert f"| `{key}` |" in text or key == "type"


def test_the_reference_tells_what_may_be_said_of_a_voice() -> None:
    text = reference(TYPES)
    assert "### `providers.NAME.voices[]`" in text
    for key in OpenAiVoice.model_fields:
        assert f"| `{key}` |" in text


@pytest.mark.parametrize(
    ("keys", "free"),
    [
        ({"base_url": "http://192.168.1.20:8880"}, True),
        ({"base_url": "http://192.168.1.20:8880", "api_key": "k"}, True),
        ({"base_url": "http://nas.local:8880", "api_key": "k"}, True),
        ({"base_url": "https://api.groq.com/openai/v1", "api_key": "k"}, False),
        ({"base_url": "http://192.168.1.20:8880", "characters_per_month": 1000}, False),
        ({"base_url": "http://192.168.1.20:8880", "price_per_1000_characters": 0.1}, False),
        ({"preset": "openai", "api_key": "k"}, False),
    ],
)
def test_what_may_cost_money_is_not_taken_for_free(keys: dict[str, object], free: bool) -> None:  # noqa: FBT001 - a table
    assert OpenAiSettings.model_validate({"type": "openai", **keys}).free is free
