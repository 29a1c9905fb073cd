"""The answer to `describe`: one program and its voices, kept encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wyoming.event import Event

from wyoming_tts import __version__
from wyoming_tts.protocol.framing import encode_event

if TYPE_CHECKING:
    from wyoming_tts.synthesis.catalog import Advertised

PROGRAM = "wyoming-tts"
"""Never to change: Home Assistant builds the entity's name and the discovery's identity from it."""

PROGRAM_DESCRIPTION = "Speech that never goes mute"


class InfoEvent:
    """Encodes the list of voices when it has changed; an empty list never replaces a good one.

    Home Assistant fails to add an entity without voices, and drops those it knew.
    """

    def __init__(self) -> None:
        self._advertised: tuple[Advertised, ...] = ()
        self._encoded: bytes | None = None

    def encoded(self, advertised: tuple[Advertised, ...]) -> bytes | None:
        """Return the whole event as bytes; None while there has never been a voice."""
        if advertised and advertised is not self._advertised:
            self._encoded = encode_event(Event("info", {"tts": [_program(advertised)]}))
            self._advertised = advertised
        return self._encoded


def _program(advertised: tuple[Advertised, ...]) -> dict[str, Any]:
    """Return what `wyoming.info.TtsProgram` reads; its own module would import half a sound library."""
    return {
        "name": PROGRAM,
        "attribution": {"name": PROGRAM, "url": ""},
        "installed": True,
        "description": PROGRAM_DESCRIPTION,
        "version": __version__,
        "voices": [_voice(entry) for entry in advertised],
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
    }
