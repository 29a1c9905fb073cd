"""The servers that are known by name, as looked up in their documentation and source in November 2026."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from wyoming_tts.adapters.remote.openai.preset import Preset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wyoming_tts.adapters.remote.openai.preset import Plain

PresetName = Literal[
    "compatible",
    "openai",
    "openai-realtime",
    "kokoro-fastapi",
    "speaches",
    "localai",
    "openedai",
    "edge-tts",
    "chatterbox",
    "chatterbox-tts-api",
    "dia",
    "vllm-omni",
    "sglang-omni",
]

FIRST_VOICES = ("alloy", "echo", "fable", "nova", "onyx", "shimmer")
"""OpenAI's first six, which nearly every other server has a voice for."""
OPENAI_VOICES = (*FIRST_VOICES, "ash", "ballad", "cedar", "coral", "marin", "sage", "verse")
# fmt: off
OPENAI_LANGUAGES = (
    "en", "af", "ar", "hy", "az", "be", "bs", "bg", "ca", "zh", "hr", "cs", "da", "nl", "et", "fi", "fr", "gl", "de",
    "el", "he", "hi", "hu", "is", "id", "it", "ja", "kn", "kk", "ko", "lv", "lt", "mk", "ms", "mr", "mi", "ne", "no",
    "fa", "pl", "pt", "ro", "ru", "sr", "sk", "sl", "es", "sw", "sv", "tl", "ta", "th", "tr", "uk", "ur", "vi", "cy",
)
# fmt: on
"""As its guide names them; every voice speaks all of them, and English best."""
QWEN_LANGUAGES = ("en", "zh", "ja", "ko", "de", "fr", "ru", "pt", "es", "it")


def _keys(**keys: Plain) -> Mapping[str, Plain]:
    return MappingProxyType(keys)


PRESETS: Mapping[PresetName, Preset] = MappingProxyType(
    {
        # Asks for WAV, whose header tells the rate, and for the one model that nearly everybody knows.
        "compatible": Preset(_keys(model="tts-1"), voices=FIRST_VOICES),
        # developers.openai.com, text to speech: WAV and PCM come soonest; 4096 characters; no list of its own voices.
        "openai": Preset(
            _keys(base_url="https://api.openai.com/v1", model="gpt-4o-mini-tts", max_chars=4096),
            voice_lists=(),
            voices=OPENAI_VOICES,
            languages=OPENAI_LANGUAGES,
            markup="",
            paid=True,
        ),
        # The Realtime API (reference, session.update and response.create), which OpenAI names as what comes after its
        # speech models; speed 0.25 to 1.5.
        "openai-realtime": Preset(
            _keys(base_url="https://api.openai.com/v1", mode="realtime", model="gpt-realtime-2.1-mini", max_chars=4096),
            voice_lists=(),
            voices=("marin", "cedar", "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse"),
            languages=OPENAI_LANGUAGES,
            fastest=1.5,
            markup="",
            paid=True,
        ),
        # remsky/Kokoro-FastAPI, openai_compatible.py: streams by default; obeys [pause:1s] and [word](/sounds/).
        "kokoro-fastapi": Preset(_keys(base_url="http://localhost:8880/v1", model="kokoro"), _keys(stream=True)),
        # speaches-ai/speaches, models.py, speech.py, kokoro.py and its issue 493: voices stand below their models; WAV
        # is made whole, PCM streams at the rate it is asked for; a speed beyond these is answered with a 500.
        "speaches": Preset(
            _keys(
                base_url="http://localhost:8000/v1",
                model="speaches-ai/Kokoro-82M-v1.0-ONNX",
                response_format="pcm",
            ),
            rate_key="sample_rate",
            voice_lists=("audio/models", "audio/voices"),
            slowest=0.5,
            fastest=2.0,
        ),
        # mudler/LocalAI, tts.go and list_capabilities.go: a model is a voice; made whole, then sent.
        "localai": Preset(
            _keys(base_url="http://localhost:8080/v1"),
            voice_lists=("models/capabilities",),
            models_speak=True,
            streams=False,
        ),
        # matatonic/openedai-speech, speech.py: Piper as tts-1, XTTS as tts-1-hd, which streams; no list of voices.
        "openedai": Preset(
            _keys(base_url="http://localhost:8000/v1", model="tts-1"), voice_lists=(), voices=FIRST_VOICES
        ),
        # travisvn/openai-edge-tts, server.py: anything but MP3 needs ffmpeg there, which its image leaves out.
        "edge-tts": Preset(
            _keys(base_url="http://localhost:5050/v1", model="tts-1", response_format="mp3", max_chars=4096),
            voice_lists=("voices/all", "voices"),
            voices=FIRST_VOICES,
            streams=False,
            relays=True,
        ),
        # devnen/Chatterbox-TTS-Server, server.py: does not split the text here, and past 300 characters its model
        # babbles; a voice is the name of a file; the list stands beside /v1.
        "chatterbox": Preset(
            _keys(base_url="http://localhost:8004/v1", model="chatterbox", max_chars=300),
            voice_lists=("../get_predefined_voices", "audio/voices"),
            streams=False,
        ),
        # travisvn/chatterbox-tts-api, README, requests.py and voices.py: at most 3000 characters, always WAV, no speed;
        # streams at a path of its own; an unknown voice is its default one.
        "chatterbox-tts-api": Preset(
            _keys(base_url="http://localhost:4123/v1", model="tts-1", max_chars=3000),
            speech="audio/speech/stream",
            voices=("alloy",),
            slowest=1.0,
            fastest=1.0,
        ),
        # devnen/Dia-TTS-Server, server.py: obeys [S1] and (laughs); the list stands beside /v1.
        "dia": Preset(
            _keys(base_url="http://localhost:8003/v1", model="dia-1.6b"),
            voice_lists=("../get_predefined_voices",),
            voices=("S1", "S2"),
            languages=("en",),
            streams=False,
            markup="[]<>()",
        ),
        # vllm-project/vllm-omni, speech_api.md and its protocol: streams raw PCM or WAV, and only at speed 1.
        "vllm-omni": Preset(
            _keys(base_url="http://localhost:8091/v1"),
            _keys(stream_format="audio"),
            languages=QWEN_LANGUAGES,
            one_speed_streamed=True,
        ),
        # sgl-project/sglang-omni, tts.md: streams raw PCM only, whose rate is another with each model: so it is WAV,
        # made whole.
        "sglang-omni": Preset(_keys(base_url="http://localhost:8000/v1"), voices=("default",), streams=False),
    }
)
