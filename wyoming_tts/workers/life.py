"""One life of a worker: started, found to answer, ended."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import ProviderError, ProviderTimeout, ProviderUnavailable
from wyoming_tts.workers import client
from wyoming_tts.workers.process import WorkerProcess

if TYPE_CHECKING:
    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.workers.process import WorkerExit
    from wyoming_tts.workers.pulse import Pulse
    from wyoming_tts.workers.spec import WorkerSpec

DYING_S = 1.0
"""From a broken connection to the end of its process; the kernel closes both within milliseconds of each other."""
PULSE_S = 5.0
"""For a pulse, which takes milliseconds: loading a voice and speaking leave the worker's loop its turns."""
STEP_S = 20.0
"""For one step of an engine whose listener may have gone: a long sentence on a slow machine takes a few seconds."""

log = structlog.get_logger(__name__)


class WorkerLife:
    """A process and what its host knows about it. Ends by itself, by `stop`, or by cancelling `run`."""

    def __init__(self, provider: str, spec: WorkerSpec, start_timeout_s: float, clock: Clock) -> None:
        self.process = WorkerProcess(spec)
        self.settled = asyncio.Event()
        """It answers, or never will: see `failure`."""
        self.ended = asyncio.Event()
        self.ready = False
        """It has answered once."""
        self.voices: set[str] = set()
        """Loaded once, and found to fit the memory budget."""
        self.stopping = False
        """Its end is wanted."""
        self.failure: ProviderError | None = None
        """Why it never answered."""
        self.exit: WorkerExit | None = None
        self._provider = provider
        self._start_timeout_s = start_timeout_s
        self._clock = clock
        self._doubted = asyncio.Event()

    async def run(self) -> None:
        """Run the process to its end; raises nothing of its own."""
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(self._greet()), group.create_task(self._watch())]
            try:
                self.exit = await self.process.run()
            except OSError as error:
                self.fail(ProviderUnavailable(f"no process: {type(error).__name__}", provider=self._provider))
            for task in beside:
                task.cancel()

    def stop(self) -> None:
        """Ask for its end."""
        self.stopping = True
        self.process.stop()

    async def see_off(self) -> None:
        """Return when a worker whose connection broke is gone, so that whoever tries again meets a new one."""
        for _ in range(2):
            with suppress(TimeoutError):
                async with asyncio.timeout(DYING_S):
                    await self.ended.wait()
                    return
            self.process.kill()

    def doubt(self) -> None:
        """Have it looked at, since it left somebody waiting; one that hangs is killed."""
        self._doubted.set()

    def fail(self, failure: ProviderError) -> None:
        """Say why it never answered; the first reason counts."""
        self.failure = self.failure or failure

    def end(self) -> None:
        """Say that it is over, also to those who wait for its first answer."""
        if not self.ready:
            reason = self.exit.reason if self.exit is not None else ""
            self.fail(ProviderUnavailable(reason or "the worker ended at its start", provider=self._provider))
        self.settled.set()
        self.ended.set()

    def last_words(self) -> dict[str, object]:
        """Return how it ended, as fields of a log line."""
        if self.exit is None:
            return {"exit_code": None, "reason": ""}
        end = self.exit
        return {
            "exit_code": end.code,
            "reason": end.reason,
            "stderr_lines": end.stderr_lines,
            "stderr_bytes": end.stderr_bytes,
        }

    async def _greet(self) -> None:
        await self.process.started.wait()
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await client.describe(self.process.path, provider=self._provider)
        except TimeoutError:
            self.fail(ProviderTimeout("the worker does not start", provider=self._provider))
            self.process.kill()
        except ProviderError:
            self.process.stop()  # its exit knows the reason better than the broken connection
        else:
            self.ready = True
            self.settled.set()

    async def _watch(self) -> None:
        while True:
            await self._doubted.wait()
            self._doubted.clear()
            if await self._hangs():
                log.warning("worker hangs", provider=self._provider)
                self.process.kill()

    async def _hangs(self) -> bool:
        """Whether it does not answer at all, or its engine has work and does not get on with it."""
        try:
            before = await self._pulse()
            if not before.busy:
                return False
            await self._clock.sleep(self._start_timeout_s if before.loading else STEP_S)
            return await self._pulse() == before
        except TimeoutError:
            return True
        except ProviderError:  # it is ending, or the fault is ours
            return False

    async def _pulse(self) -> Pulse:
        async with asyncio.timeout(min(PULSE_S, self._start_timeout_s)):
            return await client.pulse(self.process.path, provider=self._provider)
