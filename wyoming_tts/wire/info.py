"""The answer to `describe`: one program and its voices, kept encoded."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wyoming_tts import __version__
from wyoming_tts.protocol.extra import GENDER, INSTANCE, QUALITY, RELAYED
from wyoming_tts.protocol.framing import encode_raw

if TYPE_CHECKING:
    from wyoming_tts.synthesis.routing.catalog import Advertised

PROGRAM = "wyoming-tts"
"""Never to change: Home Assistant builds the entity's name and the discovery's identity from it."""

PROGRAM_DESCRIPTION = "Speech that never goes mute"

FRESH_WITHIN_S = 0.25
"""How long an answer waits for a changed list: ten times what 300 voices of 60 speakers take."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What keeps two servers of our kind from asking each other for ever."""

    instance: str = ""
    relayed: tuple[str, ...] = ()


class InfoEvent:
    """Encodes the list of voices when it has changed, in a thread; an empty list never replaces a good one.

    Home Assistant fails to add an entity without voices, and drops those it knew.
    """

    def __init__(self) -> None:
        self._advertised: tuple[Advertised, ...] = ()
        self._origin = Origin()
        self._encoded: bytes | None = None
        self._encoding: asyncio.Task[None] | None = None

    async def encoded(self, advertised: tuple[Advertised, ...], origin: Origin = Origin()) -> bytes | None:
        """Return the whole event as bytes; None while there has never been a voice.

        While a new list takes long to encode this is the old one; for the first it waits.
        """
        if advertised and (advertised is not self._advertised or origin != self._origin):
            if self._encoding is None:
                self._encoding = asyncio.create_task(self._encode(advertised, origin))
            done, _ = await asyncio.wait([self._encoding], timeout=None if self._encoded is None else FRESH_WITHIN_S)
            for task in done:
                task.result()
        return self._encoded

    async def aclose(self) -> None:
        """Leave nothing running; may be called twice."""
        if self._encoding is not None:
            await asyncio.wait([self._encoding])

    async def _encode(self, advertised: tuple[Advertised, ...], origin: Origin) -> None:
        try:
            self._encoded = await asyncio.to_thread(_encoded, advertised, origin)
            self._advertised, self._origin = advertised, origin
        finally:
            self._encoding = None


def _encoded(advertised: tuple[Advertised, ...], origin: Origin) -> bytes:
    """Return the event, encoded voice by voice: one call for all would let no other thread run meanwhile."""
    voices = ", ".join(json.dumps(_voice(entry)) for entry in advertised)
    program = json.dumps(_program())
    ours = json.dumps({INSTANCE: origin.instance, RELAYED: list(origin.relayed)})
    return encode_raw("info", f'{{"tts": [{program[:-1]}, "voices": [{voices}]}}], {ours[1:]}'.encode())


def _program() -> dict[str, Any]:
    """Return what `wyoming.info.TtsProgram` reads, but for its voices; its own module would import a sound library."""
    return {
        "name": PROGRAM,
        "attribution": {"name": PROGRAM, "url": ""},
        "installed": True,
        "description": PROGRAM_DESCRIPTION,
        "version": __version__,
        "supports_synthesize_streaming": True,
    }


def _voice(entry: Advertised) -> dict[str, Any]:
    return {
        "name": entry.name,
        "attribution": {"name": entry.attribution_name, "url": entry.attribution_url},
        "installed": True,
        "description": entry.description or None,
        "version": entry.version,
        "languages": list(entry.languages),
        "speakers": [{"name": speaker} for speaker in entry.speakers] or None,
        GENDER: entry.gender,
        QUALITY: entry.quality,
    }
