"""How long a worker that crashed stays down, and who waits for it."""

from __future__ import annotations

import pytest

from tests.fakes.clock import FakeClock
from wyoming_tts.workers.backoff import Backoff


def crashed(times: int) -> Backoff:
    backoff = Backoff(FakeClock())
    for _ in range(times):
        backoff.crashed(lived_s=0.1)
    return backoff


def test_a_healthy_worker_may_start_again_at_once() -> None:
    assert Backoff(FakeClock()).crashed(lived_s=10.1) == 0.0


def test_the_first_quick_crash_costs_nothing_and_each_further_one_twice_as_much_up_to_half_a_minute() -> None:
    backoff = Backoff(FakeClock())
    assert [backoff.crashed(lived_s=0.1) for _ in range(10)] == [0, 0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_healthy_life_starts_the_count_anew() -> None:
    backoff = crashed(5)
    assert [backoff.crashed(lived_s=lived_s) for lived_s in (100.0, 0.1, 0.1)] == [0.0, 0.0, 0.25]


def test_a_thousand_crashes_overflow_nothing() -> None:
    assert crashed(2000).left_s == 30.0


async def test_it_passes_with_time() -> None:
    clock = FakeClock()
    backoff = Backoff(clock)
    backoff.crashed(lived_s=0.1)
    backoff.crashed(lived_s=0.1)
    await clock.advance(0.1)
    assert backoff.left_s == pytest.approx(0.15)
    await clock.advance(1.0)
    assert (backoff.left_s, backoff.wait_s(0.0, urgent=False)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("crashes", "patience_s", "urgent", "wait_s"),
    [
        (4, None, False, 1.0),
        (5, None, False, None),
        (5, 3.9, False, None),
        (5, 4.0, False, 2.0),
        (5, 0.1, True, 1.0),
        (20, None, True, 1.0),
        (2, None, True, 0.25),
    ],
)
def test_who_waits(crashes: int, patience_s: float | None, wait_s: float | None, *, urgent: bool) -> None:
    assert crashed(crashes).wait_s(patience_s, urgent=urgent) == wait_s
