"""A worker's voices as Wyoming's `info`, both ways."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from wyoming.event import Event

from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Sequence

VOICES = "tts.voices"
"""Extra key: the voices with every field we know, where Wyoming's own list has room for some."""


def info_event(voices: Sequence[Voice]) -> Event:
    """Return `info` with one program that has these voices."""
    program = {
        "name": "wyoming-tts-worker",
        "attribution": {"name": "", "url": ""},
        "installed": True,
        "description": None,
        "version": None,
        "voices": [_wyoming_voice(voice) for voice in voices],
    }
    return Event("info", {"tts": [program], VOICES: [asdict(voice) for voice in voices]})


def voices_of(event: Event) -> tuple[Voice, ...]:
    """Return the voices that `info_event` packed; raises KeyError or TypeError where it is not that."""
    return tuple(_voice(packed) for packed in event.data[VOICES])


def _wyoming_voice(voice: Voice) -> dict[str, Any]:
    return {
        "name": voice.name,
        "attribution": {"name": voice.attribution_name, "url": voice.attribution_url},
        "installed": True,
        "description": voice.description or None,
        "version": voice.version,
        "languages": list(voice.languages),
        "speakers": [{"name": speaker} for speaker in voice.speakers] or None,
    }


def _voice(packed: dict[str, Any]) -> Voice:
    given = {field.name: packed[field.name] for field in fields(Voice) if field.name in packed}
    return Voice(**given | {"languages": tuple(packed["languages"]), "speakers": tuple(packed["speakers"])})
