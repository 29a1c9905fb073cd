from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.openai_server import VOICE_LISTS, VOICES
from wyoming_tts.adapters.remote.openai.voice_list import ListedVoice, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

SPEACHES: Mapping[str, Any] = {
    "object": "list",
    "models": [
        {
            "id": "speaches-ai/Kokoro-82M-v1.0-ONNX",
            "task": "text-to-speech",
            "language": ["multilingual"],
            "voices": [
                {"name": "af_heart", "language": "en-us", "gender": "female", "id": "af_heart"},
                {"name": "ff_siwis", "language": "fr-fr", "gender": "female", "id": "ff_siwis"},
            ],
        },
        {"id": "speaches-ai/piper-de_DE-thorsten-low", "voices": [{"name": "thorsten", "language": "de_DE"}]},
        {"id": "Systran/faster-whisper-small", "task": "automatic-speech-recognition"},
    ],
}
LOCALAI: Mapping[str, Any] = {
    "object": "list",
    "data": [
        {"id": "voice-de-thorsten-low", "object": "model", "capabilities": ["tts"]},
        {"id": "qwen3-4b", "object": "model", "capabilities": ["chat", "tools"]},
        {"id": "unknown", "object": "model"},
    ],
}


@pytest.mark.parametrize("shape", VOICE_LISTS)
def test_every_shape_in_the_wild_is_understood(shape: str) -> None:
    assert [voice.name for voice in listed(VOICE_LISTS[shape])] == list(VOICES)


def test_voices_below_their_models_keep_them() -> None:
    assert listed(SPEACHES) == (
        ListedVoice("af_heart", "speaches-ai/Kokoro-82M-v1.0-ONNX", ("en-us",), "female"),
        ListedVoice("ff_siwis", "speaches-ai/Kokoro-82M-v1.0-ONNX", ("fr-fr",), "female"),
        ListedVoice("thorsten", "speaches-ai/piper-de_DE-thorsten-low", ("de_DE",)),
    )


def test_models_that_say_they_speak_are_voices_where_a_model_is_one() -> None:
    assert listed(LOCALAI, models_speak=True) == (ListedVoice("voice-de-thorsten-low", "voice-de-thorsten-low"),)


def test_languages_genders_and_titles_by_all_their_names() -> None:
    edge = {"voices": [{"name": "en-GB-SoniaNeural", "gender": "Female", "language": "en-GB"}]}
    assert listed(edge) == (ListedVoice("en-GB-SoniaNeural", None, ("en-GB",), "female"),)
    files = [{"display_name": "Emily", "filename": "Emily.wav"}]
    assert listed(files) == (ListedVoice("Emily.wav", title="Emily"),)
    assert listed([{"id": "v1", "name": "Anna", "gender": "neutral"}]) == (ListedVoice("v1", title="Anna"),)


@pytest.mark.parametrize(
    "body",
    [None, 7, "alloy", {}, {"voices": None}, {"voices": "alloy"}, {"data": [None, 1, [], {}, {"id": 7}, {"id": ""}]}],
)
def test_what_is_no_list_of_voices_is_empty(body: Any) -> None:
    assert listed(body) == ()


def test_names_that_cannot_stand_in_a_full_name_are_left_out_and_doubles_too() -> None:
    assert [voice.name for voice in listed(["a", "b#c", " d", "e\nf", "g" * 300, "a", "h/i"])] == ["a", "h/i"]


def test_a_list_without_end_is_cut() -> None:
    assert len(listed([str(number) for number in range(20_000)])) == 10_000
