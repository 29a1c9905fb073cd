"""How long a worker that crashed stays down."""

from __future__ import annotations

from wyoming_tts.workers.backoff import Backoff


def test_a_healthy_worker_may_start_again_at_once() -> None:
    assert Backoff().crashed(lived_s=10.1, answered=True) == 0.0


def test_one_that_never_comes_to_work_waits_ever_longer_up_to_half_a_minute() -> None:
    backoff = Backoff()
    waits = [backoff.crashed(lived_s=0.1, answered=False) for _ in range(9)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_the_first_that_dies_at_work_starts_again_at_once_and_only_the_first() -> None:
    backoff = Backoff()
    assert [backoff.crashed(lived_s=0.1, answered=True) for _ in range(4)] == [0, 0.5, 1, 2]


def test_a_healthy_life_starts_the_count_anew() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.crashed(lived_s=0.1, answered=False)
    assert [backoff.crashed(lived_s=lived_s, answered=True) for lived_s in (100.0, 0.1)] == [0.0, 0.5]


def test_a_thousand_crashes_overflow_nothing() -> None:
    backoff = Backoff()
    assert [backoff.crashed(lived_s=0.0, answered=False) for _ in range(2000)][-1] == 30.0
