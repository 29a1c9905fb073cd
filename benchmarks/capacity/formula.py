"""First audio without a simulation: a queue with one engine, where a newcomer's first steps go before later windows.

Newcomers are a Poisson stream, and what they need until their first audio (F) is never interrupted for long: whatever
else the engine does comes in steps (S) that are ended and then left for a newcomer. So the engine is, for newcomers, an
M/G/1 queue whose server takes vacations, the steps, and their wait is the sum of two independent parts (Fuhrmann and
Cooper 1985): the wait in the M/G/1 queue of the F alone (Pollaczek and Khinchine), and, for those who find the engine
in a step, the rest of that step. Its mean is Cobham's (1954) for the higher of two classes without interruption.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.capacity.cost import utterances

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from benchmarks.capacity.cost import Cost
    from benchmarks.capacity.demand import Demand

    Weights = Sequence[tuple[float, float]]
    Grid = npt.NDArray[np.float64]

GRID_S = 0.001
POINTS = 2**14
"""16 s: far more than a queue that can be recommended makes anybody wait."""
ROUNDS = 30
"""Of the fixed point below; it settles within ten."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What an answer asks of the engine, seconds each."""

    first_s: float
    """Everything up to the first audio."""
    later_s: tuple[float, ...]

    @property
    def whole_s(self) -> float:
        return self.first_s + math.fsum(self.later_s)


def steps_of(cost: Cost, chars: int, *, alone: bool) -> Steps:
    """Return the steps of an answer that is made without a break, with nobody or somebody else waiting."""
    taken: list[float] = []
    first_s = spoken_s = 0.0
    for length in utterances(chars):
        whole_s, made_s, window_s = cost.speech_s(length), 0.0, 0.0
        taken.append(cost.text_step_s(length))
        while made_s < whole_s:
            in_hand_s = max(0.0, spoken_s - (math.fsum(taken) - first_s)) if first_s else 0.0
            window_s = cost.window_s(window_s, in_hand_s, alone=alone)
            end_s = min(made_s + window_s, whole_s)
            taken.append(cost.window_step_s(made_s, end_s, whole_s))
            spoken_s += end_s - made_s
            made_s = end_s
            first_s = first_s or math.fsum(taken)
    return Steps(first_s, tuple(taken[2:]))


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the formula says of one load."""

    utilisation: float
    """Share of the time in which the engine works, rho; at 1 the queue grows without end."""
    mean_wait_s: float
    """Of a newcomer, until its own first step begins."""
    _until_s: Grid
    """Cumulative distribution of the first audio, on the grid."""
    path_s: float

    def first_audio(self, share: float) -> float:
        """Return what `share` of all listeners do not wait longer than."""
        return float(np.searchsorted(self._until_s, share)) * GRID_S + self.path_s


def work_s(cost: Cost, demand: Demand, *, alone: bool) -> float:
    """Return the engine's seconds for a mean answer."""
    return math.fsum(share * steps_of(cost, chars, alone=alone).whole_s for share, chars in demand.texts)


def predict(cost: Cost, demand: Demand, *, rooms: float) -> Prediction | None:
    """Return what listeners in so many rooms may expect; None where the engine cannot keep up."""
    per_s = demand.spoken_per_s(rooms)
    alone_work_s, shared_work_s = (work_s(cost, demand, alone=alone) for alone in (True, False))
    busy, alone_share = 0.0, 1.0
    for _ in range(ROUNDS):  # the busier, the more often somebody waits, and the shorter the windows are
        busy = min(per_s * (alone_work_s * alone_share + shared_work_s * (1 - alone_share)), 1.0)
        alone_share = min((1 - busy) * _overlooked(cost, demand, per_s), 1.0)
    if busy >= 1:
        return None
    firsts = [(share, steps_of(cost, chars, alone=False).first_s) for share, chars in demand.texts]
    laters = [
        (share * weight, seconds)
        for alone, weight in ((True, alone_share), (False, 1 - alone_share))
        for share, chars in demand.texts
        for seconds in steps_of(cost, chars, alone=alone).later_s
    ]
    newcomers_busy = per_s * _moment(firsts, 1)
    later_busy = per_s * _moment(laters, 1)
    mean_wait_s = per_s * (_moment(firsts, 2) + _moment(laters, 2)) / 2 / (1 - newcomers_busy)
    queue = (1 - newcomers_busy) / (1 - newcomers_busy * np.fft.rfft(_residual(firsts)))
    met = later_busy / (1 - newcomers_busy)
    step = (1 - met) + met * np.fft.rfft(_residual(laters))
    first_audio = np.fft.irfft(queue * step * np.fft.rfft(_points(firsts)), POINTS)
    return Prediction(busy, mean_wait_s, np.cumsum(first_audio), cost.path_s)


def _overlooked(cost: Cost, demand: Demand, per_s: float) -> float:
    """Return how much longer steps begun alone last than their speaker is alone: whoever comes meanwhile waits."""
    steps = [(share, seconds) for share, chars in demand.texts for seconds in steps_of(cost, chars, alone=True).later_s]
    if not steps:
        return 1.0
    alone_s = math.fsum(share * -math.expm1(-per_s * seconds) / per_s for share, seconds in steps)
    return _moment(steps, 1) / alone_s


def _moment(weights: Weights, power: int) -> float:
    return math.fsum(weight * seconds**power for weight, seconds in weights)


def _points(weights: Weights) -> Grid:
    """Return the distribution on the grid."""
    grid = np.zeros(POINTS)
    for weight, seconds in weights:
        grid[round(seconds / GRID_S)] += weight
    return grid


def _residual(weights: Weights) -> Grid:
    """Return how much is left of what somebody meets who comes in the middle of it: even, up to its whole length."""
    grid = np.zeros(POINTS)
    mean_s = _moment(weights, 1)
    for weight, seconds in weights:
        length = max(round(seconds / GRID_S), 1)
        grid[:length] += weight * seconds / mean_s / length
    return grid
