"""The parent's side of one provider's worker: starts it on need, watches it, lets it go when idle."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import ModelTooLarge, ProviderTimeout, ProviderUnavailable, SpeechCutOff
from wyoming_tts.workers import client
from wyoming_tts.workers.backoff import Backoff
from wyoming_tts.workers.life import WorkerLife

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.workers.info import WorkerInfo
    from wyoming_tts.workers.pool import WorkerPool
    from wyoming_tts.workers.spec import WorkerSpec

START_TIMEOUT_S = 60.0
"""From the process's start to its first answer: importing torch takes 12 s on two cores, and several may start."""

log = structlog.get_logger(__name__)


class WorkerHost:
    """One provider's worker, there whenever it is needed. Nothing is opened before it is."""

    def __init__(
        self,
        name: str,
        spec: WorkerSpec,
        *,
        pool: WorkerPool,
        clock: Clock,
        start_timeout_s: float = START_TIMEOUT_S,
        idle_unload_s: float | None = None,
    ) -> None:
        self.name = name
        """The provider's."""
        self.pinned = False
        """Never unloaded for being idle or for room: the default voice's."""
        self.last_used = 0.0
        self.active = 0
        """Requests under way."""
        self.restarts = 0
        """Crashes so far."""
        self.resting = False
        """Let go in good order, for being idle or for room, and not needed since."""
        self._spec = spec
        self._pool = pool
        self._clock = clock
        self._start_timeout_s = start_timeout_s
        self._idle_unload_s = idle_unload_s
        self._backoff = Backoff(clock)
        self._closed = False
        self._life: WorkerLife | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Return the running process, if there is one."""
        return self._life.process.pid if self._life is not None else None

    @property
    def state(self) -> str:
        """Return `stopped`, `starting`, `running`, `backoff` or `closed`."""
        if self._closed:
            return "closed"
        if self._life is not None:
            return "running" if self._life.ready else "starting"
        return "backoff" if self._backoff.left_s else "stopped"

    def has_loaded(self, voice: str) -> bool:
        """Whether a worker runs that has this voice in memory."""
        return (life := self._life) is not None and life.ready and not life.stopping and voice in life.voices

    async def start(self) -> None:
        """Have the worker running; raises ProviderError."""
        with self._in_use():
            await self._running()

    async def describe(self) -> WorkerInfo:
        """Return what the worker offers now; one that does not answer in time is replaced. Counts as no use."""
        with self._in_use(counts=False):
            life = await self._running()
            try:
                async with self._noticing(life), asyncio.timeout(self._start_timeout_s):
                    return await client.describe(life.process.path, provider=self.name)
            except TimeoutError as error:
                log.warning("worker hangs", provider=self.name)
                life.process.kill()
                raise ProviderTimeout("the worker hangs", provider=self.name) from error

    async def load(self, voice: str) -> None:
        """Have the voice loaded; raises ModelTooLarge, and stops the worker, where that leaves the memory budget."""
        with self._in_use():
            life = await self._running()
            if voice not in life.voices:
                async with self._noticing(life):
                    await self._loaded(life, voice)

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; entered when the format is known, left with the engine told to stop."""
        with self._in_use():
            life = await self._running(utterance)
            async with self._noticing(life):
                if utterance.voice not in life.voices:
                    await self._loaded(life, utterance.voice)
                async with client.speaking(life.process.path, utterance, provider=self.name) as stream:
                    yield stream

    async def unload(self) -> None:
        """End the worker until it is needed again; does nothing while it is in use."""
        if self._life is not None and not self.active:
            self._life.stop()
            await self._life.ended.wait()

    async def aclose(self) -> None:
        """End the worker for good; may be called twice."""
        self._closed = True
        self.resting = False
        self._pool.leave(self)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        if self._life is not None:  # cancelled before its task had begun
            self._life.end()
            self._life = None

    async def _loaded(self, life: WorkerLife, voice: str) -> None:
        await self._pool.make_room(self)
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await client.load(life.process.path, voice, provider=self.name)
        except TimeoutError as error:
            raise ProviderTimeout("the voice does not load", provider=self.name) from error
        if not await self._pool.make_room(self):
            life.stop()
            raise ModelTooLarge(provider=self.name)
        life.voices.add(voice)

    @asynccontextmanager
    async def _noticing(self, life: WorkerLife) -> AsyncIterator[None]:
        """See off a worker whose connection broke and tell when it starts again; doubt one left in the middle."""
        well = False
        try:
            yield
            well = True
        except (ProviderUnavailable, SpeechCutOff) as error:
            if isinstance(error, client.WorkerGone) or isinstance(error.__cause__, client.WorkerGone):
                await life.see_off()
                if isinstance(error, ProviderUnavailable):
                    error.retry_after_s = self._backoff.left_s
            raise
        finally:
            if not well:
                life.doubt()

    @contextmanager
    def _in_use(self, *, counts: bool = True) -> Iterator[None]:
        self.active += 1
        try:
            yield
        finally:
            self.active -= 1
            if counts:
                self.last_used = self._clock.now()

    async def _running(self, utterance: Utterance | None = None) -> WorkerLife:
        """Return a worker that answers, started if need be: after crashes not before its time."""
        life = await self._present()
        if life is None:
            await self._wait(utterance)
            life = await self._present() or self._begin()
        await life.settled.wait()
        if life.failure is not None:
            raise type(life.failure)(life.failure.detail, provider=self.name) from life.failure
        return life

    async def _present(self) -> WorkerLife | None:
        while (life := self._life) is not None and life.stopping:
            await life.ended.wait()
        return life

    async def _wait(self, utterance: Utterance | None) -> None:
        """Wait for the next start after crashes; raises where that would take too long."""
        patience_s = None
        if utterance is not None and utterance.patience_s is not None:
            patience_s = utterance.patience_s + utterance.due_s
        wait_s = self._backoff.wait_s(patience_s, urgent=self.pinned and utterance is not None)
        if wait_s is None:
            left_s = self._backoff.left_s
            raise ProviderUnavailable(f"starts again in {left_s:.1f} s", provider=self.name, retry_after_s=left_s)
        if wait_s and not self._closed:
            await self._clock.sleep(wait_s)

    def _begin(self) -> WorkerLife:
        if self._closed:
            raise ProviderUnavailable("closed", provider=self.name)
        self._pool.join(self)
        self.resting = False
        self.last_used = self._clock.now()
        self._life = WorkerLife(self.name, self._spec, self._start_timeout_s, self._clock)
        self._task = asyncio.create_task(self._live(self._life), name=f"worker {self.name}")
        return self._life

    async def _live(self, life: WorkerLife) -> None:
        """Own one life of the worker, from the room it needs to its end."""
        began = self._clock.now()
        crashed = False
        try:
            if not await self._pool.make_room(self):
                life.fail(ModelTooLarge(provider=self.name))
                return
            async with asyncio.TaskGroup() as group:
                idling = group.create_task(self._unload_when_idle(life))
                await life.run()
                idling.cancel()
            crashed = not life.stopping
            self.resting = life.stopping and life.ready
        finally:
            self._life = None
            if crashed:
                self.restarts += 1
                lived_s = self._clock.now() - began
                retry_s = self._backoff.crashed(lived_s)
                facts = {**life.last_words(), "lived_s": round(lived_s, 1), "retry_in_s": retry_s}
                log.warning("worker crashed", provider=self.name, **facts)
            life.end()

    async def _unload_when_idle(self, life: WorkerLife) -> None:
        limit_s = self._idle_unload_s
        while limit_s is not None:
            idle_s = self._clock.now() - self.last_used
            if self.active or self.pinned:
                await self._clock.sleep(limit_s)
            elif idle_s < limit_s:
                await self._clock.sleep(limit_s - idle_s)
            else:
                log.info("worker unloaded", provider=self.name, idle_s=round(idle_s))
                life.stop()
                return
