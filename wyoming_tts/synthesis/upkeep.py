"""What goes on beside the answers: starting providers until they have started, keeping the default voice loaded."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from wyoming_tts.errors import ProviderError
from wyoming_tts.synthesis.default_voice import DefaultVoice

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from wyoming_tts.synthesis.provider import Provider
    from wyoming_tts.synthesis.routing.router import Router
    from wyoming_tts.telemetry.clock import Clock

START_PATIENCE_S = 10.0
"""The first list of voices waits this long for slow providers; older Home Assistants read it only once."""

FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 60.0
"""Between two starts of a provider, doubling: a machine that was out of memory at boot has its voice soon after."""

log = structlog.get_logger(__name__)


class Upkeep:
    """Owns the tasks that live as long as a house. Nothing runs before `start`; `aclose` ends all of it."""

    def __init__(self, providers: Sequence[Provider], router: Router, clock: Clock) -> None:
        self._providers = tuple(providers)
        self._clock = clock
        self._default_voice = DefaultVoice(providers, router, clock)
        self._tasks: list[asyncio.Task[Any]] = []
        self.problems: dict[str, str] = {}
        """Why a provider has not started, as a sentence by its name."""

    async def start(self) -> None:
        """Start every provider at once; return when each has been tried once, or after some patience."""
        tried = [asyncio.Event() for _ in self._providers]
        for provider, event in zip(self._providers, tried, strict=True):
            self.also(partial(self._start, provider, event), f"start of {provider.name}")
        waiting = asyncio.gather(*(event.wait() for event in tried))
        try:
            await asyncio.wait([waiting], timeout=START_PATIENCE_S)
        finally:
            waiting.cancel()
        self.also(self._default_voice.keep_warm, "default voice")

    def also(self, work: Callable[[], Coroutine[Any, Any, Any]], name: str) -> None:
        """Run `work` beside the rest until it is done or the house closes; what it raises is logged."""
        self._tasks.append(asyncio.create_task(_logged(work, name), name=name))

    @property
    def ready(self) -> bool:
        """The default voice was loaded and has spoken, or could not."""
        return self._default_voice.tried

    async def aclose(self) -> None:
        """End every task; may be called twice."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _start(self, provider: Provider, tried: asyncio.Event) -> None:
        retry_s = FIRST_RETRY_S
        while not await self._started(provider):
            tried.set()
            await self._clock.sleep(retry_s)
            retry_s = min(2 * retry_s, LONGEST_RETRY_S)
        tried.set()

    async def _started(self, provider: Provider) -> bool:
        adapter = provider.adapter
        try:
            await adapter.start()
        except ProviderError as error:
            problem = str(error)
            if provider.voices():  # from the last time it was there: nobody is to wait for it in vain
                provider.breaker.probed(error)
        except Exception as error:  # noqa: BLE001 - a bug in one adapter must not keep the others from starting
            problem = f"{adapter.name} failed with {type(error).__name__}"
        else:
            if self.problems.pop(adapter.name, None):
                log.info("provider has started after all", provider=adapter.name)
                provider.breaker.probed(None)
            return True
        if self.problems.get(adapter.name) != problem:
            log.warning("provider did not start", provider=adapter.name, reason=problem)
        self.problems[adapter.name] = problem
        return False


async def _logged(work: Callable[[], Coroutine[Any, Any, Any]], name: str) -> None:
    try:
        await work()
    except Exception as error:  # noqa: BLE001 - nobody awaits it before the house closes
        log.error("background work ended by a fault", work=name, error=type(error).__name__)
