"""Health that is known before a listener asks, on a clock that stands still."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import FakeClock, settle
from tests.fakes.house_parts import provider
from tests.fakes.model_host import until
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.errors import BadCredentials, ProviderUnavailable
from wyoming_tts.synthesis.health.breaker import BreakerState
from wyoming_tts.synthesis.health.probing import Probing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.synthesis.provider import Provider

EVERY_S = 300.0


@dataclass
class Probed(WordAdapter):
    """Counts its probes and answers them as told."""

    failure: Exception | None = None
    hangs: bool = False
    free_probe: bool = True
    silent: bool = False
    """Has no voice."""
    at: list[float] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(free_probe=self.free_probe)

    def voices(self) -> Sequence[Voice]:
        return () if self.silent else super().voices()

    async def probe(self) -> None:
        self.at.append(self.clock.now() - 1000.0)
        if self.hangs:
            await asyncio.Event().wait()
        if self.failure is not None:
            raise self.failure


def state(of: Provider) -> BreakerState:
    return of.breaker.state


def probed(name: str, clock: FakeClock) -> tuple[Probed, Provider]:
    adapter = Probed(name, Vocabulary(), clock=clock)
    return adapter, provider(adapter, clock=clock)


@asynccontextmanager
async def probing(
    clock: FakeClock,
    *providers: Provider,
    every_s: float = EVERY_S,
    paid_probes: bool = False,
    timeout_s: float = 10.0,
    chance: float = 0.5,
) -> AsyncIterator[asyncio.Task[None]]:
    work = Probing(
        providers, clock, every_s=every_s, paid_probes=paid_probes, timeout_s=timeout_s, random=lambda: chance
    )
    running = asyncio.create_task(work.run())
    yield running
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled() or running.exception() is None


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
async def test_while_closed_it_is_probed_at_intervals_a_little_uneven(chance: float, factor: float) -> None:
    clock = FakeClock()
    adapter, one = probed("a", clock)
    async with probing(clock, one, chance=chance):
        await clock.advance(3.5 * EVERY_S * factor)
    assert adapter.at == pytest.approx([EVERY_S * factor * count for count in (1, 2, 3)])


async def test_while_open_it_is_probed_sooner_until_it_is_back() -> None:
    clock = FakeClock()
    adapter, one = probed("a", clock)
    adapter.failure = ProviderUnavailable(provider="a")
    async with probing(clock, one):
        await clock.advance(EVERY_S)
        assert state(one) is BreakerState.OPEN
        await clock.advance(30.0)
        assert adapter.at == pytest.approx([300.0, 330.0])
        adapter.failure = None
        await clock.advance(30.0)
        assert state(one) is BreakerState.HALF_OPEN
        one.breaker.begin("x").succeeded()
        await clock.advance(EVERY_S)
    assert adapter.at == pytest.approx([300.0, 330.0, 360.0, 660.0])


async def test_one_that_a_listener_finds_open_is_looked_at_soon() -> None:
    clock = FakeClock()
    adapter, one = probed("a", clock)
    async with probing(clock, one):
        await clock.advance(45.0)
        one.breaker.begin("x").failed(BadCredentials(provider="a"))
        await clock.advance(30.0)
    assert adapter.at == pytest.approx([60.0])
    assert state(one) is BreakerState.HALF_OPEN


async def test_who_wants_it_oftener_than_half_a_minute_gets_it_always() -> None:
    clock = FakeClock()
    adapter, one = probed("a", clock)
    adapter.failure = BadCredentials(provider="a")
    async with probing(clock, one, every_s=5.0):
        await clock.advance(16.0)
    assert adapter.at == pytest.approx([5.0, 10.0, 15.0])


@pytest.mark.parametrize(("paid_probes", "count"), [(False, 0), (True, 1)])
async def test_a_probe_that_costs_money_is_made_only_where_the_owner_wants_it(count: int, *, paid_probes: bool) -> None:
    clock = FakeClock()
    adapter, one = probed("a", clock)
    adapter.free_probe = False
    async with probing(clock, one, paid_probes=paid_probes):
        await clock.advance(EVERY_S)
    assert len(adapter.at) == count


async def test_one_without_a_voice_is_not_probed_until_it_has_one() -> None:
    clock = FakeClock()
    adapter, one = probed("a", clock)
    adapter.silent = True
    adapter.failure = ProviderUnavailable(provider="a")
    async with probing(clock, one):
        await clock.advance(EVERY_S)
        assert (adapter.at, state(one)) == ([], BreakerState.CLOSED)
        adapter.silent = False
        await clock.advance(EVERY_S)
    assert state(one) is BreakerState.OPEN


async def test_a_probe_without_an_answer_ends_and_keeps_nobody_else_waiting() -> None:
    clock = FakeClock()
    (hanging, one), (good, two) = probed("a", clock), probed("b", clock)
    hanging.hangs = True
    async with probing(clock, one, two, timeout_s=0.01):
        for _ in range(2):
            await clock.advance(EVERY_S)
            await until(lambda: len(clock._sleepers) == 2)
        assert (len(hanging.at), len(good.at)) == (2, 2)
        assert state(one) is BreakerState.OPEN
        assert one.breaker.history[-1].code == "provider-timeout"
        assert state(two) is BreakerState.CLOSED


async def test_a_bug_in_one_adapter_ends_no_probes_and_tells_no_secret() -> None:
    clock = FakeClock()
    (bad, one), (good, two) = probed("a", clock), probed("b", clock)
    bad.failure = KeyError("secret")
    async with probing(clock, one, two) as running:
        await clock.advance(2 * EVERY_S)
        assert not running.done()
        assert (len(bad.at), len(good.at)) == (2, 2)
    assert one.breaker.reason == "a failed (internal error KeyError)"


async def test_without_providers_it_is_done_at_once() -> None:
    clock = FakeClock()
    running = asyncio.create_task(Probing([], clock, every_s=1.0, paid_probes=False).run())
    await settle()
    assert running.done()
