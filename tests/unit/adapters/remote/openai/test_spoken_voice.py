from __future__ import annotations

from typing import Any

import pytest

from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.adapters.remote.openai.spoken_voice import offered_voices, written_voices
from wyoming_tts.adapters.remote.openai.voice_list import ListedVoice


def settings(**keys: Any) -> OpenAiSettings:
    return OpenAiSettings.model_validate({"base_url": "http://host/v1", **keys})


@pytest.mark.parametrize(
    ("voice", "keys", "languages"),
    [
        (ListedVoice("af_heart", languages=("fr", "English", "fr")), {}, ("fr",)),
        (ListedVoice("af_heart", languages=("English",)), {"languages": ["de"]}, ("en-US",)),
        (ListedVoice("anna"), {"languages": ["de", "nds"]}, ("de", "nds")),
        (ListedVoice("S1"), {"preset": "dia"}, ("en",)),
        (ListedVoice("anna"), {}, ("en",)),
    ],
)
def test_the_list_the_name_the_owner_and_the_preset_tell_the_language(
    voice: ListedVoice, keys: dict[str, Any], languages: tuple[str, ...]
) -> None:
    assert offered_voices(settings(**keys), [voice])[0].voice.languages == languages


def test_the_voices_of_openai_speak_many_languages_and_english_first() -> None:
    languages = offered_voices(settings(preset="openai"), [ListedVoice("coral")])[0].voice.languages
    assert languages[0] == "en"
    assert {"de", "ja", "cy"} < set(languages)


def test_two_models_with_a_voice_of_one_name_are_told_apart() -> None:
    spoken = offered_voices(settings(), [ListedVoice("anna", "m1"), ListedVoice("anna", "m2"), ListedVoice("ben")])
    assert [(one.voice.name, one.sent_as, one.model) for one in spoken] == [
        ("anna", "anna", "m1"),
        ("anna (m2)", "anna", "m2"),
        ("ben", "ben", "tts-1"),
    ]


def test_what_the_owner_says_of_a_voice_goes_before_the_provider() -> None:
    calm = {"name": "calm", "voice": "af_heart", "model": "big", "instructions": "Softly.", "speed": 0.5}
    both = written_voices(settings(voices=["af_heart", calm], instructions="Clearly."))
    assert [(one.sent_as, one.model, one.instructions, one.speed) for one in both] == [
        ("af_heart", "tts-1", "Clearly.", 1.0),
        ("af_heart", "big", "Softly.", 0.5),
    ]
    assert [one.voice.languages for one in both] == [("en-US",)] * 2
    assert [one.voice.gender for one in both] == ["female"] * 2


def test_a_model_that_is_a_voice_is_sent_as_both() -> None:
    written = written_voices(settings(preset="localai", voices=["voice-de"]))
    assert [(one.sent_as, one.model) for one in written] == [("voice-de", "voice-de")]
