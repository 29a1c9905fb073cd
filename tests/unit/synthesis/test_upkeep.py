"""What goes on beside the answers, on an injected clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock, settle
from tests.fakes.house_parts import Parts, provider
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.synthesis.health.breaker import BreakerState
from wyoming_tts.synthesis.upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.speech.voice import Voice


@dataclass
class Stubborn(WordAdapter):
    """Fails to start, or to load a voice, as often as it is told."""

    start_failures: list[Exception] = field(default_factory=list)
    starts: int = 0
    never: bool = False
    knows: bool = True
    """Its voices; from the last time where it has not started."""

    async def start(self) -> None:
        self.starts += 1
        if self.never:
            await asyncio.Event().wait()
        if self.start_failures:
            raise self.start_failures.pop(0)
        self.knows = True

    def voices(self) -> Sequence[Voice]:
        return super().voices() if self.knows else ()


def upkeep(clock: FakeClock, *adapters: Stubborn) -> Upkeep:
    providers = [provider(adapter) for adapter in adapters]
    return Upkeep(providers, Parts(*providers).router, clock)


async def test_a_provider_is_started_until_it_has_started_and_says_so_once_each_way() -> None:
    clock = FakeClock()
    gone = [ProviderUnavailable("gone", provider="a") for _ in range(3)]
    adapter = Stubborn("a", Vocabulary(), start_failures=list(gone), knows=False)
    keeper = upkeep(clock, adapter)
    with capture_logs() as logs:
        await keeper.start()
        assert keeper.problems == {"a": "a is not available (gone)"}
        for seconds in (1.0, 2.0, 4.0):
            await clock.advance(seconds)
        assert adapter.starts == 4
        await clock.advance(1000.0)
    assert adapter.starts == 4
    assert keeper.problems == {}
    assert [line["event"] for line in logs] == ["provider did not start", "provider has started after all"]
    await keeper.aclose()


async def test_a_bug_in_one_adapter_keeps_nobody_else_from_starting() -> None:
    clock = FakeClock()
    bad = Stubborn("bad", Vocabulary(), start_failures=[PermissionError("secret/path")])
    good = Stubborn("good", Vocabulary())
    keeper = upkeep(clock, bad, good)
    await keeper.start()
    assert keeper.problems == {"bad": "bad failed with PermissionError"}
    assert good.starts == 1
    await keeper.aclose()


async def test_closing_ends_everything_also_what_has_not_begun() -> None:
    keeper = upkeep(FakeClock(), Stubborn("a", Vocabulary(), never=True))
    starting = asyncio.create_task(keeper.start())
    await settle()
    starting.cancel()
    await keeper.aclose()
    await keeper.aclose()
    await asyncio.wait([starting])
    await settle()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_fault_in_background_work_is_logged_with_its_kind_only() -> None:
    async def broken() -> None:
        raise ValueError("the spoken text")

    keeper = upkeep(FakeClock())
    with capture_logs() as logs:
        keeper.also(broken, "something")
        await settle()
    assert [(line["work"], line["error"]) for line in logs] == [("something", "ValueError")]
    assert "spoken" not in str(logs)
    await keeper.aclose()


async def test_a_provider_that_is_down_but_known_rests_until_it_is_there() -> None:
    clock = FakeClock()
    adapter = Stubborn("a", Vocabulary(), start_failures=[ProviderUnavailable("gone", provider="a")])
    there = provider(adapter, clock=clock)
    keeper = Upkeep([there], Parts(there).router, clock)
    await keeper.start()
    states = [there.breaker.state]
    await clock.advance(1.0)
    assert keeper.problems == {}
    states.append(there.breaker.state)
    assert states == [BreakerState.OPEN, BreakerState.HALF_OPEN], "once it has started it is worth a try"
    await keeper.aclose()
