"""An adapter to a model in a worker process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.workers.host import WorkerHost
from wyoming_tts.workers.info import WorkerInfo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager

    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.workers.spec import WorkerSpec


class WorkerAdapter(Adapter):
    """Speaks through the host of one worker, which it owns."""

    def __init__(self, name: str, host: WorkerHost, capabilities: Capabilities) -> None:
        super().__init__(name)
        self.host = host
        self._capabilities = replace(capabilities, orders=True)  # as every worker's scheduler does
        self._info = WorkerInfo()

    @property
    def capabilities(self) -> Capabilities:
        """What the model in the worker can do."""
        return self._capabilities

    async def start(self) -> None:
        """Start the worker and learn its voices; may be called again where that failed."""
        self._info = await self.host.describe()

    def voices(self) -> Sequence[Voice]:
        """Return what the worker offered when it was asked last."""
        return self._info.voices

    def synthesize(self, utterance: Utterance) -> AbstractAsyncContextManager[AudioStream]:
        """Speak in the worker, which is started where it is not running."""
        return self.host.synthesize(utterance)

    def is_warm(self, voice: str) -> bool:
        """Whether the worker runs and has loaded the voice."""
        return self.host.has_loaded(voice)

    async def warm(self, voice: str) -> None:
        """Load the voice in the worker, which stays from now on: somebody will always ask for this voice."""
        self.host.pinned = True
        await self.host.load(voice)

    async def probe(self) -> None:
        """Ask the engine's own thread for its voices: an engine that hangs does not answer. One at rest is left so."""
        if not self.host.resting:
            self._info = await self.host.describe()

    async def aclose(self) -> None:
        """End the worker."""
        await self.host.aclose()


def host_for(name: str, spec: WorkerSpec, context: AdapterContext) -> WorkerHost:
    """Return a host as the house's settings want it."""
    return WorkerHost(
        name,
        spec,
        pool=context.pool,
        clock=context.clock,
        start_timeout_s=context.workers.start_timeout_s,
        idle_unload_s=context.workers.idle_unload_s,
    )
