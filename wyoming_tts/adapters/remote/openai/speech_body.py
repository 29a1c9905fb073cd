"""What a request for speech says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
    from wyoming_tts.adapters.remote.openai.spoken_voice import SpokenVoice
    from wyoming_tts.speech.utterance import Utterance


def speech_body(utterance: Utterance, voice: SpokenVoice, settings: OpenAiSettings) -> dict[str, Any]:
    """Return the JSON; what nobody asked for is left out, since some servers refuse keys they do not know."""
    preset = settings.known
    speed = min(max(utterance.prosody.speed * voice.speed, preset.slowest), preset.fastest)
    streamed = speed == 1.0 or not preset.one_speed_streamed
    body: dict[str, Any] = {
        **(preset.stream if streamed else {}),
        **settings.body,
        "input": spoken_text(utterance.text, settings),
        "voice": voice.sent_as,
        "response_format": settings.response_format,
    }
    if preset.rate_key is not None and settings.response_format == "pcm":
        body[preset.rate_key] = settings.rate
    optional = {
        "model": voice.model,
        "instructions": voice.instructions,
        "stream_format": settings.stream_format if streamed else None,
        "speed": None if speed == 1.0 else round(speed, 3),
    }
    return body | {key: value for key, value in optional.items() if value is not None}


def spoken_text(text: str, settings: OpenAiSettings) -> str:
    """Return the text without the brackets of what would steer the engine: the words in them are spoken."""
    if settings.allow_markup:
        return text
    return text.translate({ord(bracket): " " for bracket in settings.known.markup})
