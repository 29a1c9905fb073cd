"""Who may speak with a provider now, and who is next: the one whose listener runs dry first."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderBusy
from wyoming_tts.synthesis.health.breaker import BreakerState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.health.breaker import CircuitBreaker

MAX_WAITING = 256
"""Of one provider: three utterances of each of 64 answers, which are the most by default, and some to spare."""
ORDERED_AT_ONCE = 128
"""Before one that orders its own work nobody waits; this only bounds its connections."""

LEAD_S = 2.0
"""Whoever will have nothing more to play within it goes before newcomers: so long it may take until a place is free,
and then until the first audio of a provider elsewhere."""
AGED_S, MAX_PASSED_OVER = 2.0, 3
"""After so many of those who went before a newcomer who has waited for so long it is his turn: they may be so many that
he would wait for ever."""

WAIT_SHARE, INSISTING_WAIT_SHARE = 0.5, 0.75
"""Of a listener's patience, for waiting: the rest is the provider's, to make itself heard. One who has nobody else to
turn to may rather wait."""


@dataclass(slots=True, eq=False)
class _Place:
    """One utterance that has a place, or waits for one; its times are the loop's."""

    utterance: Utterance
    came_at: float
    breath: str
    """The answer whose utterances are spoken one after the other; empty where they need not be."""
    granted: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """False where the circuit has opened."""

    @property
    def due_at(self) -> float:
        return self.came_at + self.utterance.due_s

    @property
    def patient_until(self) -> float | None:
        """Until when it makes sense to wait for a place; None for ever."""
        utterance = self.utterance
        if utterance.patience_s is None:
            return None
        share = INSISTING_WAIT_SHARE if utterance.insist else WAIT_SHARE
        return self.due_at + share * utterance.patience_s

    @property
    def is_newcomer(self) -> bool:
        """Its listener has heard nothing yet."""
        return not (self.utterance.due_s or self.utterance.previous_text)

    def urgency(self, now: float) -> tuple[bool, float]:
        """Return what is the less, the sooner it must be spoken."""
        will_run_dry = not self.is_newcomer and self.due_at - now <= LEAD_S
        return not will_run_dry, self.due_at

    def has_aged(self, now: float) -> bool:
        """Whether a newcomer has waited long."""
        return self.is_newcomer and now - self.came_at >= AGED_S

    def left_of_it(self, now: float) -> Utterance:
        """Return the utterance with the times that are left."""
        utterance = self.utterance
        patience_s = utterance.patience_s
        if patience_s is not None:
            patience_s -= max(0.0, now - self.due_at)
        return replace(utterance, due_s=max(0.0, self.due_at - now), patience_s=patience_s)


class Admission:
    """The places of one provider. Whoever finds none waits, while that makes sense and the circuit is not opened."""

    def __init__(self, adapter: Adapter, breaker: CircuitBreaker) -> None:
        self._adapter = adapter
        self._breaker = breaker
        self._served: set[_Place] = set()
        self._waiting: list[_Place] = []
        """In the order in which they came."""
        self._passed_over = 0
        """Places given in a row to others than a newcomer who has waited long."""
        breaker.when_opened(self._send_away)

    @property
    def waiting(self) -> int:
        """Utterances that wait for a place."""
        return len(self._waiting)

    def has_none_before(self, utterance: Utterance) -> bool:
        """Whether nobody else would keep the provider from beginning with this utterance at once."""
        if _orders(self._adapter):
            return not self._served
        return self._has_room() and self._breath(utterance) not in self._breaths()

    @asynccontextmanager
    async def place(self, utterance: Utterance) -> AsyncIterator[Utterance]:
        """Enter with a place, and the utterance as the wait has left it its times.

        Raises ProviderBusy where there is none in time, and CircuitOpen where the circuit opens meanwhile.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise ProviderBusy("too many wait for it", provider=self._adapter.name)
        place = _Place(utterance, _now(), self._breath(utterance))
        self._waiting.append(place)
        try:
            self._hand_out()
            if place in self._served:
                yield utterance
            else:
                await self._granted(place)
                yield place.left_of_it(_now())
        finally:
            self._leave(place)

    async def _granted(self, place: _Place) -> None:
        try:
            async with asyncio.timeout_at(place.patient_until):
                is_granted = await place.granted
        except TimeoutError as error:
            raise ProviderBusy("no place in time", provider=self._adapter.name) from error
        # A failure gives its place away before it is counted.
        is_open = self._breaker.state is BreakerState.OPEN and not place.utterance.insist
        if is_open or not is_granted:
            raise self._breaker.refusal()

    def _hand_out(self) -> None:
        while self._has_room() and (place := self._next()) is not None:
            self._waiting.remove(place)
            self._served.add(place)
            if not place.granted.done():  # it may be about to leave
                place.granted.set_result(True)

    def _next(self) -> _Place | None:
        breaths, now = self._breaths(), _now()
        ready = [place for place in self._waiting if place.breath not in breaths]
        aged = [place for place in ready if place.has_aged(now)]
        if aged and self._passed_over >= MAX_PASSED_OVER:
            ready = aged
        place = min(ready, key=lambda place: place.urgency(now), default=None)
        self._passed_over = self._passed_over + 1 if aged and place not in aged else 0
        return place

    def _leave(self, place: _Place) -> None:
        if place in self._served:
            self._served.remove(place)
            self._hand_out()
        elif place in self._waiting:
            self._waiting.remove(place)

    def _send_away(self) -> None:
        """Let those who can turn to somebody else do so: the circuit has opened."""
        for place in [place for place in self._waiting if not place.utterance.insist]:
            self._waiting.remove(place)
            if not place.granted.done():
                place.granted.set_result(False)

    def _has_room(self) -> bool:
        most = ORDERED_AT_ONCE if _orders(self._adapter) else self._adapter.capabilities.concurrency
        return len(self._served) < most

    def _breath(self, utterance: Utterance) -> str:
        return utterance.answer_id if utterance.streamed and self._adapter.capabilities.one_breath else ""

    def _breaths(self) -> set[str]:
        return {place.breath for place in self._served if place.breath}


def _orders(adapter: Adapter) -> bool:
    return adapter.capabilities.orders or adapter.capabilities.interleaves


def _now() -> float:
    return asyncio.get_running_loop().time()
