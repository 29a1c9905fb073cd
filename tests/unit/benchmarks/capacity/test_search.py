"""How many rooms can be served."""

from __future__ import annotations

import pytest

from benchmarks.capacity.cost import Cost
from benchmarks.capacity.demand import Demand
from benchmarks.capacity.formula import predict
from benchmarks.capacity.order import Guarded
from benchmarks.capacity.search import limit, rooms_at, served_well
from benchmarks.capacity.simulation import Outcome

COST, DEMAND = Cost(), Demand()


def heard(*, first_audio_s: float = 0.1, underrun_s: float = 0.0, handed_on: int = 0) -> Outcome:
    return Outcome([first_audio_s] * 10, [0.0] * 9 + [underrun_s], handed_on)


def test_served_well_is_in_time_unbroken_and_in_the_right_voice() -> None:
    assert served_well(heard())
    assert not served_well(heard(first_audio_s=0.5))
    assert not served_well(heard(underrun_s=0.01))
    assert not served_well(heard(handed_on=1))


@pytest.mark.parametrize("load", [0.1, 0.5, 0.9])
def test_the_rooms_for_a_load_make_that_load(load: float) -> None:
    rooms = rooms_at(COST, DEMAND, load)
    below, above = predict(COST, DEMAND, rooms=rooms), predict(COST, DEMAND, rooms=rooms + 1)
    assert below is not None
    assert above is not None
    assert below.utilisation < load <= above.utilisation


def test_answers_from_the_cache_double_the_rooms() -> None:
    assert rooms_at(COST, Demand(hits=0.5), 0.5) == pytest.approx(2 * rooms_at(COST, DEMAND, 0.5), abs=2)


def test_a_slow_machine_serves_fewer_rooms_and_one_far_too_slow_none() -> None:
    half, none = (limit(COST.scaled(factor), DEMAND, Guarded, answers=300, seed=1) for factor in (2, 20))
    assert 0 < half.rooms < rooms_at(COST, DEMAND, 0.9)
    assert none.rooms == 0
