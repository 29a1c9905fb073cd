"""Looking after every provider's health while nobody speaks, so that a listener is not the one to find out."""

from __future__ import annotations

import asyncio
import random as random_module
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderError, ProviderTimeout
from wyoming_tts.synthesis.health.breaker import BreakerState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wyoming_tts.synthesis.provider import Provider
    from wyoming_tts.telemetry.clock import Clock

WHILE_OPEN_S = 30.0
"""Between two probes of a provider that is paused: whoever mends it sees it back soon."""
TIMEOUT_S = 10.0
"""For one probe. Nobody waits for it, but what takes longer to list its voices is not well."""
JITTER = 0.2
"""Up to so much earlier or later, lest all providers are asked in the same moment for ever."""


class Probing:
    """Tells each breaker at intervals whether its provider is there; free of charge unless told otherwise."""

    def __init__(
        self,
        providers: Sequence[Provider],
        clock: Clock,
        *,
        every_s: float,
        paid_probes: bool,
        timeout_s: float = TIMEOUT_S,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._providers = [each for each in providers if paid_probes or each.adapter.capabilities.free_probe]
        self._clock = clock
        self._every_s = every_s
        self._timeout_s = timeout_s
        self._random = random

    async def run(self) -> None:
        """Probe for ever; its owner runs this in a task of its own."""
        async with asyncio.TaskGroup() as tasks:
            for provider in self._providers:
                tasks.create_task(self._watch(provider), name=f"probes of {provider.name}")

    async def _watch(self, provider: Provider) -> None:
        while True:
            await self._pause(provider)
            try:
                async with asyncio.timeout(self._timeout_s):
                    if not provider.voices():  # it is still starting, or being filled: no listener comes to it
                        continue
                    await provider.adapter.probe()
            except ProviderError as error:
                provider.breaker.probed(error)
            except TimeoutError:
                provider.breaker.probed(ProviderTimeout("it did not answer a probe", provider=provider.name))
            except Exception as error:  # noqa: BLE001 - a bug in one adapter must not end the probes of the others
                bug = f"internal error {type(error).__name__}"
                provider.breaker.probed(ProviderError(bug, provider=provider.name))
            else:
                provider.breaker.probed(None)

    async def _pause(self, provider: Provider) -> None:
        """Wait for the next probe: one that is paused meanwhile is looked at sooner."""
        jitter = 1.0 + JITTER * (2.0 * self._random() - 1.0)
        while_open_s = min(WHILE_OPEN_S, self._every_s) * jitter
        waited_s = 0.0
        while waited_s < self._every_s * jitter:
            wait_s = min(while_open_s, self._every_s * jitter - waited_s)
            await self._clock.sleep(wait_s)
            waited_s += wait_s
            if provider.breaker.state is not BreakerState.CLOSED:
                return
