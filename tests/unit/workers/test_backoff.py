from __future__ import annotations

from wyoming_tts.workers.backoff import Backoff


def test_a_healthy_worker_may_start_again_at_once() -> None:
    assert Backoff().crashed(lived_s=10.1) == 0.0


def test_one_that_dies_young_waits_ever_longer_up_to_half_a_minute() -> None:
    backoff = Backoff()
    assert [backoff.crashed(lived_s=0.1) for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_healthy_life_starts_the_count_anew() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.crashed(lived_s=0.1)
    assert backoff.crashed(lived_s=100.0) == 0.0
    assert backoff.crashed(lived_s=0.1) == 0.5


def test_a_thousand_crashes_overflow_nothing() -> None:
    backoff = Backoff()
    assert [backoff.crashed(lived_s=0.0) for _ in range(2000)][-1] == 30.0
