"""How one of the servers that speak OpenAI's way differs from the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Plain = str | int | float | bool
    """What may stand in a request besides the text."""


def _nothing() -> Mapping[str, Plain]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Preset:
    """What is known of a kind of server before it is asked. Paths are behind its address."""

    keys: Mapping[str, Plain] = field(default_factory=_nothing)
    """Settings that hold where the owner has written nothing."""
    stream: Mapping[str, Plain] = field(default_factory=_nothing)
    """What it must be told to send audio before the utterance is finished."""
    rate_key: str | None = None
    """What it is told the rate of raw PCM by, where it can be told."""
    speech: str = "audio/speech"
    """Where it speaks."""
    voice_lists: tuple[str, ...] = ("audio/voices",)
    """Where it may list its voices; the first list that is there is taken."""
    models: str = "models"
    """Asked where it lists no voices, to see that it is there and takes the key."""
    models_speak: bool = False
    """A voice is chosen by the name of its model."""
    voices: tuple[str, ...] = ()
    """Those it has where it does not list them."""
    languages: tuple[str, ...] = ()
    """What its voices speak where nothing else tells; the main one first."""
    slowest: float = 0.25
    fastest: float = 4.0
    """Factors of the speed that it takes."""
    one_speed_streamed: bool = False
    """Refuses another speed while it streams."""
    streams: bool = True
    """Sends audio before the utterance is finished, with the keys of this preset."""
    markup: str = "[]<>"
    """Characters that begin or end what its engine obeys in place of speaking it."""
    paid: bool = False
    """Speaking costs money, whatever the owner says about the price."""
    relays: bool = False
    """Has a cloud speak, wherever it runs itself."""
