"""Rooms that ask at random times, and one engine that speaks to them step by step, on a clock that nobody waits for."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from benchmarks.capacity.cost import utterances
from benchmarks.measure import percentile

if TYPE_CHECKING:
    from benchmarks.capacity.cost import Cost
    from benchmarks.capacity.demand import Demand
    from benchmarks.capacity.order import Order

WARM_UP = 0.05
"""So many more answers, as a share, come first and do not count: they find an emptier engine than later ones."""


HEARD_WITHIN_S = 0.7
"""Whoever has heard nothing by then is spoken to by the next voice of the chain, `fallback.hedge_after_s`."""


@dataclass(slots=True)
class Talk:
    """One answer on its way; `due_at` is kept as the worker keeps it."""

    number: int
    room: int
    arrived_at: float
    left: list[int]
    """Characters of the utterances that are not finished; the first one is being made."""
    due_at: float
    newcomer: bool = True
    """Its listener has heard nothing of the answer."""
    encoded: bool = False
    """The first step of the utterance is done."""
    made_s: float = 0.0
    """Audio of the utterance so far."""
    window_s: float = 0.0
    """How long the utterance's last window was."""


@dataclass(slots=True)
class Outcome:
    """What the listeners heard."""

    first_audio_s: list[float] = field(default_factory=list)
    underruns_s: list[float] = field(default_factory=list)
    """Of each answer, how long its listener heard nothing in the middle, all breaks together."""
    handed_on: int = 0
    """Answers that the next voice of the chain spoke, because this one had not begun in time."""
    busy_s: float = 0.0
    ended_at: float = 0.0

    @property
    def utilisation(self) -> float:
        """Share of the time in which the engine worked."""
        return self.busy_s / self.ended_at

    @property
    def underrun_share(self) -> float:
        """Share of answers that broke off for a moment."""
        return sum(1 for seconds in self.underruns_s if seconds) / len(self.underruns_s)

    @property
    def handed_on_share(self) -> float:
        """Share of answers that were not heard in the voice that was asked for."""
        return self.handed_on / len(self.first_audio_s)

    def first_audio(self, share: float) -> float:
        return percentile(self.first_audio_s, share)


class Engine:
    """Speaks to those who wait, one step after the other, and never two at once."""

    def __init__(self, cost: Cost, order: Order) -> None:
        self._cost = cost
        self._order = order
        self.waiting: list[Talk] = []
        self._late_s: dict[int, float] = {}
        self.outcome = Outcome()
        self.now = 0.0

    def step(self) -> Talk | None:
        """Do the most urgent step; return the answer that it ended."""
        talk = self._order.first(self.waiting, self.now)
        chars = talk.left[0]
        if not talk.encoded:
            self._pass(self._cost.text_step_s(chars), 0.0)
            talk.encoded = True
            return None
        whole_s = self._cost.speech_s(chars)
        in_hand_s = max(0.0, talk.due_at - self.now)
        talk.window_s = self._cost.window_s(talk.window_s, in_hand_s, alone=len(self.waiting) == 1)
        end_s = min(talk.made_s + talk.window_s, whole_s)
        self._pass(self._cost.window_step_s(talk.made_s, end_s, whole_s), end_s - talk.made_s)
        self._hand_over(talk, end_s - talk.made_s)
        talk.made_s = end_s
        if end_s < whole_s:
            return None
        del talk.left[0]
        talk.encoded, talk.made_s, talk.window_s = False, 0.0, 0.0
        if talk.left:
            return None
        self.waiting.remove(talk)
        self.outcome.underruns_s.append(self._late_s.pop(talk.number))
        return talk

    def hand_on(self) -> list[Talk]:
        """Let go of those who have waited too long for a first sound; the next voice begins at once."""
        late = [talk for talk in self.waiting if talk.newcomer and self.now - talk.arrived_at >= HEARD_WITHIN_S]
        for talk in late:
            self.waiting.remove(talk)
            talk.due_at = talk.arrived_at + HEARD_WITHIN_S + self._cost.speech_s(sum(talk.left))
            self.outcome.first_audio_s.append(HEARD_WITHIN_S + self._cost.path_s)
            self.outcome.underruns_s.append(0.0)
            self.outcome.handed_on += 1
        return late

    def _pass(self, took_s: float, gained_s: float) -> None:
        self.now += took_s
        self.outcome.busy_s += took_s
        self._order.stepped(took_s, gained_s)

    def _hand_over(self, talk: Talk, seconds: float) -> None:
        if not talk.newcomer:
            self._late_s[talk.number] += max(0.0, self.now - talk.due_at)
        else:
            talk.newcomer = False
            self._late_s[talk.number] = 0.0
            self.outcome.first_audio_s.append(self.now - talk.arrived_at + self._cost.path_s)
        talk.due_at = max(talk.due_at, self.now) + seconds


class House:
    """The rooms before an engine; each asks again at a random time after it was answered."""

    def __init__(self, engine: Engine, demand: Demand, random: Random, rooms: int) -> None:
        self._engine = engine
        self._demand = demand
        self._random = random
        self._numbers = count()
        self._asking = [(demand.pause_s(random), room) for room in range(rooms)]
        heapq.heapify(self._asking)

    def run(self, answers: int) -> Outcome:
        """Return what was heard of the next `answers` that end."""
        engine = self._engine
        began_at, engine.outcome = engine.now, Outcome()
        while len(engine.outcome.underruns_s) < answers:
            if not engine.waiting:
                engine.now = max(engine.now, self._asking[0][0])
            while self._asking and self._asking[0][0] <= engine.now:
                arrived_at, room = heapq.heappop(self._asking)
                parts = utterances(self._demand.chars(self._random))
                engine.waiting.append(Talk(next(self._numbers), room, arrived_at, parts, arrived_at))
            ended = engine.hand_on()
            if not ended and (done := engine.step()):
                ended = [done]
            for talk in ended:
                again_at = max(talk.arrived_at + self._demand.pause_s(self._random), talk.due_at)
                heapq.heappush(self._asking, (again_at, talk.room))
        engine.outcome.ended_at = engine.now - began_at
        return engine.outcome


def simulate(cost: Cost, demand: Demand, order: Order, *, rooms: int, answers: int, seed: int = 1) -> Outcome:
    """Return what the listeners in so many rooms heard, once the house is as busy as it gets."""
    house = House(Engine(cost, order), demand, Random(seed), rooms)
    house.run(round(WARM_UP * answers))
    return house.run(answers)


def at_once(cost: Cost, order: Order, *, rooms: int, chars: int) -> Outcome:
    """Return what the listeners heard when all rooms ask in the same moment, each for a text of its own."""
    engine = Engine(cost, order)
    engine.waiting = [Talk(number, number, 0.0, utterances(chars), 0.0) for number in range(rooms)]
    while engine.waiting:
        if not engine.hand_on():
            engine.step()
    engine.outcome.ended_at = engine.now
    return engine.outcome
