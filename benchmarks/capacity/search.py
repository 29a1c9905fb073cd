"""How many rooms can be served: the most at which nobody waits too long and nobody's speech breaks off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.capacity.formula import predict
from benchmarks.capacity.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.capacity.cost import Cost
    from benchmarks.capacity.demand import Demand
    from benchmarks.capacity.order import Order
    from benchmarks.capacity.simulation import Outcome

FIRST_AUDIO_S = 0.5
"""In 95 % of all answers; a player of ESPHome gives up after 2 s, a listener asks again earlier."""
HANDED_ON_SHARE = 0.001
"""Answers that another voice may speak, because this one could not begin in time."""
LOADS = tuple(number / 20 for number in range(1, 19))
"""Tried one after the other, as shares of the rooms at which the engine would never rest."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The last load that was served well, of those tried."""

    rooms: int
    utilisation: float


def served_well(heard: Outcome) -> bool:
    """Return whether 95 % heard something in time, nearly all the voice they asked for, and nobody a break."""
    spoken = heard.handed_on_share <= HANDED_ON_SHARE and not any(heard.underruns_s)
    return spoken and heard.first_audio(0.95) < FIRST_AUDIO_S


def rooms_at(cost: Cost, demand: Demand, utilisation: float) -> int:
    """Return for how many rooms the engine works that share of the time, by the formula."""
    below, above = 0, 1
    while (found := predict(cost, demand, rooms=above)) is not None and found.utilisation < utilisation:
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        found = predict(cost, demand, rooms=middle)
        below, above = (middle, above) if found is not None and found.utilisation < utilisation else (below, middle)
    return below


def limit(cost: Cost, demand: Demand, order: Callable[[], Order], *, answers: int, seed: int) -> Limit:
    """Return the most rooms up to which every load that was tried is served well."""
    most = Limit(0, 0.0)
    for load in LOADS:
        rooms = rooms_at(cost, demand, load)
        if rooms <= most.rooms:
            continue
        heard = simulate(cost, demand, order(), rooms=rooms, answers=answers, seed=seed)
        if not served_well(heard):
            break
        most = Limit(rooms, heard.utilisation)
    return most
