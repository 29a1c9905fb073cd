"""A worker's voices as Wyoming's `info`, both ways."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from wyoming.event import Event

from wyoming_tts.models.base import Remarks
from wyoming_tts.speech.voice import Voice
from wyoming_tts.speech.voice_file import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Sequence

VOICES = "tts.voices"
"""Extra key: the voices with every field we know, where Wyoming's own list has room for some."""
VARIANTS, UNUSABLE, WHOLE, MARKED = "tts.variants", "tts.unusable", "tts.whole", "tts.marked"
"""Extra keys: a model's remarks."""


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """What a worker says of itself."""

    voices: tuple[Voice, ...] = ()
    remarks: Remarks = field(default_factory=Remarks)


def info_event(voices: Sequence[Voice], remarks: Remarks) -> Event:
    """Return `info` with one program that has these voices."""
    program = {
        "name": "wyoming-tts-worker",
        "attribution": {"name": "", "url": ""},
        "installed": True,
        "description": None,
        "version": None,
        "voices": [_wyoming_voice(voice) for voice in voices],
    }
    data = {
        "tts": [program],
        VOICES: [asdict(voice) for voice in voices],
        VARIANTS: list(remarks.variants),
        UNUSABLE: [asdict(file) for file in remarks.unusable],
        WHOLE: [asdict(file) for file in remarks.whole],
        MARKED: list(remarks.marked),
    }
    return Event("info", data)


def info_of(event: Event) -> WorkerInfo:
    """Return what `info_event` packed; raises KeyError or TypeError where it is not that."""
    voices = tuple(_voice(packed) for packed in event.data[VOICES])
    unusable = tuple(UnusableFile(**file) for file in event.data.get(UNUSABLE, ()))
    whole = tuple(UnusableFile(**file) for file in event.data.get(WHOLE, ()))
    variants, marked = (tuple(event.data.get(key, ())) for key in (VARIANTS, MARKED))
    return WorkerInfo(voices, Remarks(variants, unusable, whole, marked))


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
