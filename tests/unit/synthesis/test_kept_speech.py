"""What the cache knows of one provider: under which key, and which sentences of what was said at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.fakes.pcm_adapter import PcmAdapter
from tests.fakes.speech_store import speech_cache
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from tests.unit.synthesis.test_sentence_speech import SAYING, SPEECH
from wyoming_tts.adapters.local.piper import PiperSettings
from wyoming_tts.adapters.remote.elevenlabs.settings import ElevenLabsSettings
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.speech.prosody import NATURAL
from wyoming_tts.synthesis.kept_speech import KeptSpeech, manner_of

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.settings.provider import ProviderSettings


async def test_each_sentence_of_what_was_said_at_once_can_be_heard_again(tmp_path: Path) -> None:
    adapter = PcmAdapter("a", {"anna": b""})
    async with speech_cache(tmp_path) as cache:
        kept = KeptSpeech(adapter, cache)
        await kept.put(SAYING, SPEECH)

        def holds(text: str) -> bool:
            return kept.holds(text, "anna", None, NATURAL, "")

        assert all(holds(text) for text in ("Good morning to all.", "It is half past seven.", "Bye!"))
        assert not holds(SAYING.text)
        assert not holds("It is half past seven. Bye!")


@pytest.mark.parametrize(
    ("languages", "asked", "keys"),
    [
        (("en-US",), "", 1),
        (("en-US",), "en", 2),
        (("en-US",), "en-GB", 2),
        (("en-US",), "de", 2),
        (("en-US", "de-DE"), "en-US", 2),
        ((), "en-US", 2),
    ],
)
async def test_the_language_counts_where_a_voice_has_more_than_that_one(
    tmp_path: Path, languages: tuple[str, ...], asked: str, keys: int
) -> None:
    adapter = WordAdapter("a", Vocabulary(), languages=languages)
    async with speech_cache(tmp_path) as cache:
        kept = KeptSpeech(adapter, cache)
        assert len({kept.key("Hello.", "v", None, NATURAL, language) for language in ("", asked)}) == keys


async def test_other_settings_are_another_voice(tmp_path: Path) -> None:
    adapter = PcmAdapter("a", {"anna": b""})
    async with speech_cache(tmp_path) as cache:
        one, two = (KeptSpeech(adapter, cache, manner=manner) for manner in ("soft", "loud"))
        assert one.key("Hello.", "anna", None, NATURAL, "") != two.key("Hello.", "anna", None, NATURAL, "")


def openai(**more: object) -> OpenAiSettings:
    return OpenAiSettings.model_validate({"base_url": "http://127.0.0.1:1", "model": "m1", **more})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (openai(), openai(model="m2")),
        (openai(), openai(instructions="Speak softly.")),
        (openai(), openai(base_url="http://127.0.0.1:2")),
        (openai(), openai(body={"exaggeration": 0.7})),
    ],
)
def test_what_changes_the_sound_is_told(one: ProviderSettings, other: ProviderSettings) -> None:
    assert manner_of(one) != manner_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (openai(), openai(api_key="secret")),
        (openai(), openai(concurrency=7, read_timeout_s=9.0, local=True)),
        (openai(), openai(characters_per_day=5, speed=1.5, sentence_pause_s=0.5)),
        (PiperSettings(), PiperSettings(volume=2.0)),
    ],
)
def test_what_changes_nothing_or_stands_in_the_key_by_itself_is_not(
    one: ProviderSettings, other: ProviderSettings
) -> None:
    assert manner_of(one) == manner_of(other)


def test_no_secret_is_in_it() -> None:
    settings = ElevenLabsSettings.model_validate({"type": "elevenlabs", "api_key": "sk-secret"})
    assert "sk-secret" not in manner_of(settings)
    assert json.loads(manner_of(settings))["type"] == "elevenlabs"
