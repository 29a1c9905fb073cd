"""What another Wyoming server says it has: its `info`, read as from a stranger."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from wyoming_tts.protocol.extra import GENDER, INSTANCE, QUALITY, RELAYED
from wyoming_tts.settings.section import language_tag
from wyoming_tts.speech.voice import Voice
from wyoming_tts.speech.voice_file import MAX_NAME_CHARS, MAX_SPEAKERS, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wyoming.event import Event

MAX_VOICES = 5000
"""Ten times the largest server known, whose catalogue has 141 languages."""
MAX_INSTANCE_CHARS = 64
MAX_QUALITY = 10
GENDERS = ("female", "male")
UNKNOWN_QUALITY = 1
"""Of a voice of which nobody says how it sounds: behind those that are known to sound good, before a robot's."""


@dataclass(frozen=True, slots=True)
class Program:
    """One of the server's programs: what has to be known to speak with a voice of its."""

    name: str = ""
    is_first: bool = True
    """The one that speaks where none is selected."""
    streams: bool = False
    """It takes a text stream."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The voices of all installed programs, each with the program that has it."""

    voices: tuple[Voice, ...] = ()
    programs: Mapping[str, Program] = field(default_factory=lambda: MappingProxyType({}))
    """By the name of the voice."""
    instance: str | None = None
    """The running server, where it is one of ours."""


def offer_of(info: Event, program: str | None = None) -> Offer:
    """Return what an `info` says that can be used; of one program only, where it is named.

    Voices that another server of our kind gets from elsewhere are left out: whoever wants them asks there, and two
    servers that ask each other would pass on each other's lists for ever.
    """
    instance = _instance(info.data.get(INSTANCE))
    relayed = tuple(f"{name}/" for name in _texts(info.data.get(RELAYED))) if instance else ()
    found: dict[str, tuple[Voice, Program]] = {}
    for each, voices in _installed_programs(info.data.get("tts")):
        if program is not None and each.name != program:
            continue
        for voice in _voices(voices, is_ours=instance is not None):
            if not voice.name.startswith(relayed) and len(found) < MAX_VOICES:
                found.setdefault(voice.name, (voice, each))
    return Offer(
        tuple(voice for voice, _ in found.values()),
        MappingProxyType({name: each for name, (_, each) in found.items()}),
        instance,
    )


def _installed_programs(listed: object) -> Iterator[tuple[Program, object]]:
    installed = [each for each in _objects(listed) if each.get("installed") is True]
    for place, each in enumerate(installed):
        name = str(each.get("name") or "")
        yield Program(name, place == 0, each.get("supports_synthesize_streaming") is True), each.get("voices")


def _voices(listed: object, *, is_ours: bool) -> Iterator[Voice]:
    for packed in _objects(listed):
        name = packed.get("name")
        if packed.get("installed") is True and isinstance(name, str) and _is_name(name):
            yield _voice(name, packed, is_ours=is_ours)


def _voice(name: str, packed: Mapping[str, Any], *, is_ours: bool) -> Voice:
    tags = filter(None, map(_tag, _texts(packed.get("languages"))))
    named = _texts([speaker.get("name") for speaker in _objects(packed.get("speakers"))][:MAX_SPEAKERS])
    attribution = packed.get("attribution")
    origin = attribution if isinstance(attribution, dict) else {}
    quality, gender = packed.get(QUALITY), packed.get(GENDER)
    return Voice(
        name,
        tuple(dict.fromkeys(tags)),
        description=_shown(packed.get("description")),
        speakers=tuple(dict.fromkeys(speaker for speaker in named if _is_name(speaker))),
        gender=gender if is_ours and gender in GENDERS else None,
        quality=quality if is_ours and type(quality) is int and 0 <= quality <= MAX_QUALITY else UNKNOWN_QUALITY,
        version=_shown(packed.get("version")) or None,
        attribution_name=_shown(origin.get("name")),
        attribution_url=_shown(origin.get("url")),
    )


def _tag(text: str) -> str:
    """Return a language tag in its usual spelling, private ones (`art-x-py`) as well; "" for what is none."""
    try:
        return language_tag(text)
    except ValueError:
        return ""


def _is_name(name: str) -> bool:
    """Whether it can stand in `provider/voice#speaker`; a `#` in it would pass for a speaker's.

    Servers of our kind list every speaker as a voice of its own as well, with just that `#`.
    """
    return 0 < len(name) <= MAX_NAME_CHARS and name.isprintable() and "#" not in name and not name.isspace()


def _instance(value: object) -> str | None:
    is_one = isinstance(value, str) and 0 < len(value) <= MAX_INSTANCE_CHARS and value.isprintable()
    return str(value) if is_one else None


def _objects(value: object) -> Sequence[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: object) -> Sequence[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _shown(value: object) -> str:
    return shown(value) if isinstance(value, str) else ""
