"""Rooms before one engine, on a clock that nobody waits for."""

from __future__ import annotations

import pytest

from benchmarks.capacity.cost import Cost
from benchmarks.capacity.demand import Demand
from benchmarks.capacity.formula import steps_of
from benchmarks.capacity.order import EarliestDue, Guarded
from benchmarks.capacity.simulation import HEARD_WITHIN_S, at_once, simulate

COST, DEMAND = Cost(), Demand()


def test_one_room_alone_hears_its_first_audio_after_the_first_steps_and_never_runs_dry() -> None:
    heard = at_once(COST, EarliestDue(), rooms=1, chars=700)
    alone = steps_of(COST, 700, alone=True)
    assert heard.first_audio_s == pytest.approx([alone.first_s + COST.path_s])
    assert heard.busy_s == pytest.approx(alone.whole_s)
    assert heard.underruns_s == [0.0]


def test_the_same_seed_is_the_same_house_and_another_is_another() -> None:
    one, same, other = (simulate(COST, DEMAND, Guarded(), rooms=50, answers=100, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.first_audio_s != other.first_audio_s


@pytest.mark.parametrize("order", [EarliestDue, Guarded])
def test_every_answer_is_counted_once_whatever_the_load(order: type[EarliestDue]) -> None:
    heard = simulate(COST, DEMAND, order(), rooms=2000, answers=300)
    assert len(heard.underruns_s) == 300
    assert heard.utilisation == pytest.approx(1.0, abs=0.01)
    assert heard.handed_on > 0
    assert max(heard.first_audio_s) < HEARD_WITHIN_S + COST.longest_alone_s + COST.path_s


def test_a_light_load_is_served_at_once_by_an_engine_that_mostly_rests() -> None:
    heard = simulate(COST, DEMAND, Guarded(), rooms=10, answers=300)
    assert heard.utilisation < 0.03
    assert heard.first_audio(0.5) < 0.06
    assert (heard.underrun_share, heard.handed_on_share) == (0.0, 0.0)


def test_ten_at_once_run_dry_where_newcomers_always_go_first_and_not_where_they_are_guarded() -> None:
    first_come, safe = (at_once(COST, order(), rooms=10, chars=90) for order in (EarliestDue, Guarded))
    assert all(first_come.underruns_s)
    assert not any(safe.underruns_s)
    assert safe.first_audio(1.0) > first_come.first_audio(1.0)


def test_who_hears_nothing_in_time_is_handed_on_and_asks_the_engine_for_nothing_more() -> None:
    heard = at_once(COST, Guarded(), rooms=60, chars=200)
    assert heard.handed_on > 30
    assert heard.first_audio_s.count(HEARD_WITHIN_S + COST.path_s) == heard.handed_on
    assert len(heard.first_audio_s) == len(heard.underruns_s) == 60
