"""The formula, by itself and beside the simulation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.capacity.cost import Cost
from benchmarks.capacity.demand import Demand
from benchmarks.capacity.formula import GRID_S, predict, steps_of, work_s
from benchmarks.capacity.order import EarliestDue
from benchmarks.capacity.search import rooms_at
from benchmarks.capacity.simulation import simulate

COST, DEMAND = Cost(), Demand()
ONE_STEP = Demand(texts=((1.0, 3),))
"""So short that its first window is all of it: a plain M/G/1 queue, in fact M/D/1."""


def test_an_empty_house_waits_for_nothing_but_its_own_steps() -> None:
    said = predict(COST, ONE_STEP, rooms=1)
    assert said is not None
    assert said.first_audio(0.5) == pytest.approx(steps_of(COST, 3, alone=True).whole_s + COST.path_s, abs=GRID_S)


def test_one_step_an_answer_is_pollaczek_and_khinchine_s_queue() -> None:
    cost = replace(COST, path_s=0.0)
    said = predict(cost, ONE_STEP, rooms=rooms_at(cost, ONE_STEP, 0.5))
    assert said is not None
    step_s = steps_of(cost, 3, alone=True).whole_s
    assert said.mean_wait_s == pytest.approx(0.5 * step_s / 2 / (1 - 0.5), rel=0.01)


def test_the_distribution_s_mean_is_cobham_s_formula() -> None:
    said = predict(replace(COST, path_s=0.0), DEMAND, rooms=300)
    assert said is not None
    own_s = math.fsum(share * steps_of(COST, chars, alone=True).first_s for share, chars in DEMAND.texts)
    mean_s = float(np.sum(1 - said._until_s)) * GRID_S
    assert mean_s == pytest.approx(said.mean_wait_s + own_s, abs=GRID_S)


def test_too_many_rooms_have_no_answer() -> None:
    assert predict(COST, DEMAND, rooms=900) is None


def test_the_utilisation_is_that_of_the_work() -> None:
    said = predict(COST, DEMAND, rooms=200)
    assert said is not None
    alone_s, shared_s = (work_s(COST, DEMAND, alone=alone) for alone in (True, False))
    assert alone_s < said.utilisation / DEMAND.spoken_per_s(200) < shared_s


@pytest.mark.parametrize("rooms", [100, 400])
def test_the_simulation_hears_what_the_formula_says(rooms: int) -> None:
    said, heard = predict(COST, DEMAND, rooms=rooms), simulate(COST, DEMAND, EarliestDue(), rooms=rooms, answers=4000)
    assert said is not None
    assert said.utilisation == pytest.approx(heard.utilisation, rel=0.1)
    for share in (0.5, 0.95, 0.99):
        assert said.first_audio(share) == pytest.approx(heard.first_audio(share), rel=0.25)
