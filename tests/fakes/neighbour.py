"""Servers of ours in one process that have each other for engines, beside a word engine of their own."""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.clock import FakeClock
from tests.fakes.house_parts import Parts, provider
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.wyoming.adapter import WyomingAdapter
from wyoming_tts.adapters.remote.wyoming.settings import WyomingSettings
from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.wire.server import WyomingServer
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractContextManager

    from wyoming_tts.synthesis.routing.catalog import Catalog
    from wyoming_tts.synthesis.speaker import Speaker

PATIENCE_S = 1.0
"""Ten times what four servers in a row need for their first audio, and where all are mute it passes several times."""
MANNER = Manner(first_audio_s=PATIENCE_S, last_first_audio_s=PATIENCE_S, hedge="off")
RATE = 8_000


class Neighbour:
    """A house and its server; `asks` says whom it may ask beside itself."""

    def __init__(self, name: str, vocabulary: Vocabulary, *, mute: bool, listed: bool) -> None:
        self.name = name
        self.instance = f"instance of {name}"
        faults = Faults(refuse=ProviderUnavailable) if mute else None
        self._own = WordAdapter("own", vocabulary, faults=faults, rate=RATE)
        self._listed = listed
        self.adapters: list[WyomingAdapter] = []
        self.server = WyomingServer("tcp://127.0.0.1:0", lambda: self)
        self._parts = self._built()

    def asks(self, *others: Neighbour) -> None:
        """Take up other servers as engines, before its own; they have to be listening."""
        settings = {
            other.name: WyomingSettings.model_validate({"type": "wyoming", "uri": other.server.uri}) for other in others
        }
        clock = FakeClock()
        pool = WorkerPool(None, clock=clock)
        context = AdapterContext(Path(), pool, clock, WorkerSettings(), instance=self.instance)
        self.adapters = [WyomingAdapter(name, each, context) for name, each in settings.items()]
        self._parts = self._built()

    def restarted(self) -> None:
        """Go on as another running server, as after a restart."""
        self.instance += " after a restart"

    @property
    def requests(self) -> int:
        """How many requests have reached it."""
        return len(list(self.speaker.recent))

    @property
    def speaker(self) -> Speaker:
        return self._parts.speaker

    @property
    def catalog(self) -> Catalog:
        return self._parts.catalog

    @property
    def voices(self) -> list[str]:
        return [entry.name for entry in self.catalog.advertised()]

    def hold(self) -> AbstractContextManager[None]:
        return nullcontext()

    def _built(self) -> Parts:
        theirs = [provider(adapter, gap_s=PATIENCE_S) for adapter in self.adapters]
        own = provider(self._own, gap_s=PATIENCE_S, advertised=self._listed)
        return Parts(*theirs, own, manner=MANNER)


@asynccontextmanager
async def neighbours(*names: str, mute: str = "", listed: bool = False) -> AsyncIterator[list[Neighbour]]:
    """Yield servers that listen; own engines of `mute` ones fail, and are shown where `listed`."""
    vocabulary = Vocabulary()
    street = [Neighbour(name, vocabulary, mute=name in mute, listed=listed) for name in names]
    try:
        for one in street:
            await one.server.start()
        yield street
    finally:
        for one in street:
            for adapter in one.adapters:
                await adapter.aclose()
            await one.server.aclose()
