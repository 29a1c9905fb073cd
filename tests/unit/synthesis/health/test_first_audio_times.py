"""The slowest twentieth of first audios, told also from those that nobody waited for."""

import pytest

from wyoming_tts.synthesis.health.first_audio_times import KEPT, FirstAudioTimes


def times(heard: list[float], censored: list[float] | None = None) -> FirstAudioTimes:
    seen = FirstAudioTimes()
    for s in heard:
        seen.heard(s)
    for s in censored or []:
        seen.censored(s)
    return seen


def test_of_nothing_nothing_is_known() -> None:
    assert (times([]).p95(), times([]).longest()) == (None, None)


def test_four_heard_are_too_few_however_many_were_given_up() -> None:
    assert times([0.1] * 4, [9.0] * 20).p95() is None
    assert times([0.1] * 5).p95() == 0.1


@pytest.mark.parametrize(("count", "p95"), [(5, 5.0), (19, 19.0), (20, 19.0), (40, 38.0), (50, 48.0)])
def test_without_censored_times_it_is_the_plain_quantile(count: int, p95: float) -> None:
    assert times([float(s) for s in range(count, 0, -1)]).p95() == p95


def test_a_worked_example_with_censored_times() -> None:
    # 1 2+ 3 4 5+ 6 7: 6/7, then of 5: 24/35, 18/35, then of 2: 9/35, then 0.
    assert times([1.0, 3.0, 4.0, 6.0, 7.0], [2.0, 5.0]).p95() == 7.0


def test_those_given_up_make_a_provider_slower_and_not_faster() -> None:
    heard = [float(s) for s in range(1, 39)] + [100.0, 200.0]
    assert times(heard).p95() == 38.0
    assert times(heard, [20.0] * 10).p95() == 100.0


def test_where_too_many_were_given_up_it_is_the_longest_wait_seen() -> None:
    assert times([0.1] * 10, [2.0, 3.0]).p95() == 3.0
    assert times([0.1] * 10, [0.05, 0.2]).longest() == 0.2


def test_of_equal_times_the_heard_one_came_first() -> None:
    # Of 30 three reach 5 s, one is heard then and one given up: 2/30 wait on. The other order would leave 1/20.
    assert times([1.0] * 27 + [5.0, 6.0], [5.0]).p95() == 6.0


def test_what_is_long_past_is_forgotten() -> None:
    seen = times([60.0] * KEPT)
    for _ in range(KEPT):
        seen.heard(0.2)
    assert (seen.p95(), seen.longest()) == (0.2, 0.2)
