"""What the page and the health endpoints tell, gathered from the house as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wyoming_tts.errors import TtsError
from wyoming_tts.synthesis.routing.catalog import HouseVoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.synthesis.health.breaker import StateChange
    from wyoming_tts.synthesis.record import RequestRecord
    from wyoming_tts.synthesis.routing.catalog import Catalog
    from wyoming_tts.synthesis.routing.router import Router
    from wyoming_tts.synthesis.speaker import Speaker


@dataclass(frozen=True, slots=True)
class ProviderState:
    """One provider at a glance."""

    name: str
    state: str
    """`ready`, `paused`, `no voices` or `failed`."""
    detail: str = ""
    """One sentence for the owner; never spoken text, never a secret."""
    voices: int = 0
    worker: str = ""
    """What its worker process does; empty where it has none."""
    memory_mb: float | None = None
    restarts: int = 0
    changes: tuple[StateChange, ...] = ()
    """Of its circuit, the latest first."""


class StatusSource(Protocol):
    """What the web room needs of a house."""

    @property
    def catalog(self) -> Catalog:
        """All voices."""
        ...

    @property
    def router(self) -> Router:
        """Who speaks for whom."""
        ...

    @property
    def speaker(self) -> Speaker:
        """Answers, and remembers the recent ones."""
        ...

    @property
    def unready(self) -> Sequence[str]:
        """Why it cannot speak yet, in sentences; empty when it can."""
        ...

    async def provider_states(self) -> Sequence[ProviderState]:
        """Return every configured provider, in the order of the settings."""
        ...


@dataclass(frozen=True, slots=True)
class Status:
    """Everything the page shows."""

    unready: tuple[str, ...]
    providers: tuple[ProviderState, ...]
    voices: tuple[tuple[str, str, str], ...]
    """Name, description, languages."""
    default_voice: str
    """Empty where nobody can speak."""
    unknown_voices: tuple[str, ...]
    requests: tuple[RequestRecord, ...]
    active: int


async def gather(house: StatusSource) -> Status:
    """Return the house's state now, from memory."""
    advertised = house.catalog.advertised()
    return Status(
        unready=tuple(house.unready),
        providers=tuple(await house.provider_states()),
        voices=tuple((entry.name, entry.description, ", ".join(entry.languages)) for entry in advertised),
        default_voice=_default_voice(house.router),
        unknown_voices=tuple(house.router.unknown_voices),
        requests=tuple(house.speaker.recent),
        active=house.speaker.active,
    )


def _default_voice(router: Router) -> str:
    try:
        default = router.default()
    except TtsError:
        return ""
    return default.name if isinstance(default, HouseVoice) else str(default)
