"""A voice, and what is sent for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.adapters.remote.openai.voice_language import gender_of, language_of
from wyoming_tts.settings.section import language_tag
from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
    from wyoming_tts.adapters.remote.openai.voice_list import ListedVoice

QUALITY = 3
"""That of a Piper voice of medium size: so the order of the providers decides who is the default voice."""
OTHERWISE = ("en",)
"""What a voice speaks where nothing tells; the one language that all these engines know."""


@dataclass(frozen=True, slots=True)
class SpokenVoice:
    """One voice of a server."""

    voice: Voice
    sent_as: str
    model: str | None
    instructions: str | None
    speed: float = 1.0


def written_voices(settings: OpenAiSettings) -> tuple[SpokenVoice, ...]:
    """Return the voices that the owner has named."""
    return tuple(
        SpokenVoice(
            Voice(
                entry.name,
                entry.languages or _languages(entry.voice or entry.name, (), settings),
                entry.description,
                gender=gender_of(entry.voice or entry.name),
                quality=QUALITY,
            ),
            entry.voice or entry.name,
            entry.model or settings.model or (entry.name if settings.known.models_speak else None),
            entry.instructions or settings.instructions,
            entry.speed,
        )
        for entry in settings.voices
    )


def offered_voices(settings: OpenAiSettings, listed: Iterable[ListedVoice]) -> tuple[SpokenVoice, ...]:
    """Return the voices of a list, each under a name of its own: the second of one name names its model."""
    found: dict[str, SpokenVoice] = {}
    for entry in listed:
        name = entry.name if entry.name not in found else f"{entry.name} ({entry.model})"
        languages = _languages(entry.name, entry.languages, settings)
        gender = entry.gender or gender_of(entry.name)
        voice = Voice(name, languages, entry.title, gender=gender, quality=QUALITY)
        model = entry.model or settings.model
        found.setdefault(name, SpokenVoice(voice, entry.name, model, settings.instructions))
    return tuple(found.values())


def _languages(name: str, told: Sequence[str], settings: OpenAiSettings) -> tuple[str, ...]:
    """Return what the list, the name, the owner or the preset tells, in this order."""
    tags = tuple(dict.fromkeys(tag for word in told if (tag := _tag(word))))
    named = language_of(name)
    return tags or ((named,) if named else ()) or settings.languages or settings.known.languages or OTHERWISE


def _tag(word: str) -> str | None:
    try:
        return language_tag(word)
    except ValueError:  # `English`, say
        return None
