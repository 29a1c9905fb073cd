"""The tables of the model, each with its header; what they say is explained in docs/capacity.md."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from benchmarks.capacity.formula import predict, work_s
from benchmarks.capacity.order import orders
from benchmarks.capacity.search import LOADS, Limit, limit, rooms_at, served_well
from benchmarks.capacity.simulation import at_once, simulate
from benchmarks.measure import table
from benchmarks.report import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.capacity.cost import Cost
    from benchmarks.capacity.demand import Demand
    from benchmarks.capacity.order import Order
    from benchmarks.capacity.simulation import Outcome

SHARES = (0.50, 0.95, 0.99)
SOUND_LOAD = 0.65
"""The formula is held to the simulation up to here; above, answers are handed on, of which it knows nothing."""
WITHIN = 0.20
"""The formula's percentiles of the first audio, from the simulation's."""
BUSY_WITHIN = 0.06
"""The formula's utilisation, from the simulation's: 8,000 answers are 2 % from their mean as a rule."""
FACTORS = {"twice as quick": 0.5, "the one measured": 1.0, "half as quick": 2.0, "a quarter as quick": 4.0}
LONGEST_ALONE_S = (0.12, 0.25, 0.5, 1.0)
PLACES = {
    "flat": 3,
    "house": 8,
    "guest house": 40,
    "hotel": 300,
    "hospital": 1_500,
    "town of 10,000 homes": 50_000,
    "city of 200,000 homes": 1_000_000,
}


@dataclass(frozen=True, slots=True)
class Model:
    """What all tables are made from."""

    cost: Cost
    demand: Demand
    rule: Callable[[], Order]
    """Makes the worker's order of steps."""
    cores: int
    answers: int
    seed: int

    def heard(self, rooms: int, order: Callable[[], Order] | None = None, cost: Cost | None = None) -> Outcome:
        rule = order or self.rule
        return simulate(cost or self.cost, self.demand, rule(), rooms=rooms, answers=self.answers, seed=self.seed)


@dataclass(frozen=True, slots=True)
class Point:
    """One load: as simulated, and by the formula."""

    rooms: int
    heard: Outcome
    by_formula: tuple[float, ...]
    """First audio, at `SHARES`."""
    utilisation: float

    @property
    def apart(self) -> float:
        """How far the formula is from the simulation at its worst, as a share."""
        pairs = zip(self.by_formula, SHARES, strict=True)
        return max(abs(said_s / self.heard.first_audio(share) - 1) for said_s, share in pairs)


def points(model: Model, order: Callable[[], Order], loads: Sequence[float] = LOADS) -> list[Point]:
    """Return the loads of the first table."""
    found = []
    for load in loads:
        rooms = rooms_at(model.cost, model.demand, load)
        said = predict(model.cost, model.demand, rooms=rooms)
        if said is not None:
            by_formula = tuple(said.first_audio(share) for share in SHARES)
            found.append(Point(rooms, model.heard(rooms, order), by_formula, said.utilisation))
    return found


def load_table(found: list[Point]) -> str:
    """First audio against the number of rooms."""
    header = ("rooms", "busy", "p50 ms", "formula", "p95 ms", "formula", "p99 ms", "formula", "broken off", "handed on")
    rows = []
    for point in found[1::2]:
        heard = [point.heard.first_audio(share) for share in SHARES]
        timed = [_ms(seconds) for pair in zip(heard, point.by_formula, strict=True) for seconds in pair]
        shares = (_per_mille(point.heard.underrun_share), _per_mille(point.heard.handed_on_share))
        rows.append((f"{point.rooms:,}", f"{point.heard.utilisation:.0%}", *timed, *shares))
    return table(header, rows)


def most_rooms(found: list[Point]) -> Limit:
    """Return the last of the loads up to which all are served well."""
    well = list(takewhile(lambda point: served_well(point.heard), found))
    return Limit(well[-1].rooms, well[-1].heard.utilisation) if well else Limit(0, 0.0)


def order_table(model: Model, found: dict[str, list[Point]]) -> str:
    """How many rooms each order of steps serves well."""
    rows = []
    for name, points_ in found.items():
        most = most_rooms(points_)
        heard = next(point.heard for point in points_ if point.rooms == most.rooms)
        timed = [_ms(heard.first_audio(share)) for share in SHARES]
        rows.append((name, f"{most.rooms:,}", f"{most.rooms / model.cores:,.0f}", f"{most.utilisation:.0%}", *timed))
    return table(("order of steps", "rooms", "a core", "busy", "p50 ms", "p95 ms", "p99 ms"), rows)


def burst_table(model: Model) -> str:
    """Ten rooms that ask in the same moment, each for a text of its own."""
    rows = []
    for chars in (30, 90, 200):
        for name, order in orders().items():
            heard = at_once(model.cost, order(), rooms=10, chars=chars)
            first, middle, last = (_ms(heard.first_audio(share)) for share in (0.0, 0.5, 1.0))
            broken = sum(1 for seconds in heard.underruns_s if seconds)
            worst = _ms(max(heard.underruns_s))
            rows.append((f"{chars} characters, {name}", first, middle, last, str(broken), worst, str(heard.handed_on)))
    return table(("ten at once", "first ms", "median ms", "last ms", "broken off", "longest ms", "handed on"), rows)


def machine_table(model: Model, most_here: Limit) -> str:
    """Machines that are quicker and slower."""
    rows = []
    for name, factor in FACTORS.items():
        cost = model.cost.scaled(factor)
        said = predict(cost, model.demand, rooms=1)
        idle = "" if said is None else _ms(said.first_audio(0.5))
        audio_s = cost.speech_s(1) * model.demand.mean_chars
        rtf = work_s(cost, model.demand, alone=True) / audio_s
        most = most_here
        if factor != 1.0:
            most = limit(cost, model.demand, model.rule, answers=model.answers // 2, seed=model.seed)
        rows.append((name, f"{rtf:.3f}", idle, f"{most.rooms:,}" if most.rooms else "-", f"{most.utilisation:.0%}"))
    return table(("machine", "engine seconds a second of audio", "p50 ms, one room", "rooms", "busy"), rows)


def step_table(model: Model) -> str:
    """What the longest step costs those who come in the middle of it."""
    rooms = rooms_at(model.cost, model.demand, 0.25)
    rows = []
    for longest_s in LONGEST_ALONE_S:
        cost = replace(model.cost, longest_alone_s=longest_s)
        heard = model.heard(rooms, cost=cost)
        work = work_s(cost, model.demand, alone=True) * 1e3
        timed = [_ms(heard.first_audio(share)) for share in SHARES]
        rows.append((f"{longest_s * 1e3:.0f} ms", f"{work:.0f}", *timed, f"{heard.utilisation:.1%}"))
    return table((f"longest step, {rooms} rooms", "an answer ms", "p50 ms", "p95 ms", "p99 ms", "busy"), rows)


def place_table(model: Model, rooms_well: int) -> str:
    """From a flat to a city."""
    rows = []
    for name, rooms in PLACES.items():
        per_s = model.demand.spoken_per_s(rooms)
        busy = per_s * work_s(model.cost, model.demand, alone=True)
        machines = max(1, math.ceil(rooms / rooms_well))
        rows.append((name, f"{rooms:,}", f"{per_s * 60:,.1f}", f"{busy:,.2f}", f"{machines:,}"))
    return table(("place", "rooms", "answers a minute", "machines' work", "machines"), rows)


def figures(found: list[Point]) -> list[Figure]:
    """Return how well the formula says what the simulation does, for loads that can be recommended."""
    sound = [point for point in found if point.utilisation <= SOUND_LOAD]
    apart = max(point.apart for point in sound)
    busy = max(abs(point.utilisation / point.heard.utilisation - 1) for point in sound)
    return [
        Figure("the formula's first audio, from the simulation's", 100 * apart, 100 * WITHIN, "%"),
        Figure("the formula's utilisation, from the simulation's", 100 * busy, 100 * BUSY_WITHIN, "%"),
    ]


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.0f}"


def _per_mille(share: float) -> str:
    return f"{1000 * share:.1f} ‰"
