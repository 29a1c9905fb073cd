"""One life of a worker: started, found to answer, ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderError, ProviderTimeout, ProviderUnavailable
from wyoming_tts.workers import client
from wyoming_tts.workers.process import WorkerProcess

if TYPE_CHECKING:
    from wyoming_tts.workers.process import WorkerExit
    from wyoming_tts.workers.spec import WorkerSpec


class WorkerLife:
    """A process and what its host knows about it. Ends by itself, by `stop`, or by cancelling `run`."""

    def __init__(self, provider: str, spec: WorkerSpec, start_timeout_s: float) -> None:
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

    async def run(self) -> None:
        """Run the process to its end; raises nothing of its own."""
        async with asyncio.TaskGroup() as group:
            greeting = group.create_task(self._greet())
            try:
                self.exit = await self.process.run()
            except OSError as error:
                self.fail(ProviderUnavailable(f"no process: {type(error).__name__}", provider=self._provider))
            greeting.cancel()

    def stop(self) -> None:
        """Ask for its end."""
        self.stopping = True
        self.process.stop()

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
