from __future__ import annotations

from typing import Any

import pytest

from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.adapters.remote.openai.speech_body import speech_body
from wyoming_tts.adapters.remote.openai.spoken_voice import SpokenVoice
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import Voice

ANNA = SpokenVoice(Voice("anna", ("en",)), "anna", "tts-1", None)


def body(text: str = "Hi.", speed: float = 1.0, voice: SpokenVoice = ANNA, **keys: Any) -> dict[str, Any]:
    settings = OpenAiSettings.model_validate({"base_url": "http://host/v1", **keys})
    return speech_body(Utterance(text, "anna", prosody=Prosody(speed)), voice, settings)


def test_what_nobody_asked_for_is_not_sent() -> None:
    assert body() == {"input": "Hi.", "voice": "anna", "response_format": "wav", "model": "tts-1"}


def test_everything_the_owner_asked_for_is_sent() -> None:
    voice = SpokenVoice(Voice("calm", ("en",)), "anna", None, "Softly.", 0.5)
    assert body("Hi.", 0.8, voice, response_format="mp3", stream_format="audio", body={"seed": 7}) == {
        "input": "Hi.",
        "voice": "anna",
        "response_format": "mp3",
        "instructions": "Softly.",
        "speed": 0.4,
        "stream_format": "audio",
        "seed": 7,
    }


@pytest.mark.parametrize(
    ("preset", "asked", "sent"),
    [
        ("compatible", 0.1, 0.25),
        ("compatible", 9.0, 4.0),
        ("compatible", 1.23456, 1.235),
        ("speaches", 4.0, 2.0),
        ("chatterbox-tts-api", 2.0, None),
    ],
)
def test_the_speed_stays_within_what_the_server_takes(preset: str, asked: float, sent: float | None) -> None:
    assert body(speed=asked, preset=preset).get("speed") == sent


def test_a_server_that_streams_at_one_speed_makes_another_one_whole() -> None:
    assert body(preset="vllm-omni")["stream_format"] == "audio"
    assert "stream_format" not in body(preset="vllm-omni", speed=1.2)
    assert body(preset="kokoro-fastapi", speed=1.2)["stream"] is True
    assert body(preset="kokoro-fastapi", body={"stream": False})["stream"] is False


def test_a_server_that_can_be_told_the_rate_is_told() -> None:
    assert body(preset="speaches", rate=16_000)["sample_rate"] == 16_000
    assert "sample_rate" not in body(preset="speaches", response_format="wav")
    assert "sample_rate" not in body(response_format="pcm")


@pytest.mark.parametrize(
    ("preset", "text", "sent"),
    [
        ("compatible", "Wait [pause:60s] <break/> now.", "Wait  pause:60s   break/  now."),
        ("kokoro-fastapi", "[Kokoro](/x/)", " Kokoro (/x/)"),
        ("dia", "[S2] (laughs) Hi.", " S2   laughs  Hi."),
        ("openai", "An [aside].", "An [aside]."),
    ],
)
def test_marks_in_the_text_are_spoken_and_not_obeyed(preset: str, text: str, sent: str) -> None:
    assert body(text, preset=preset)["input"] == sent
    assert body(text, preset=preset, allow_markup=True)["input"] == text
