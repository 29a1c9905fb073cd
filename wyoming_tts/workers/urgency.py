"""Whose step is next: those who speak do not run dry, those who come wait for one step, and nobody waits for ever.

A newcomer, whose listener hears nothing yet, goes first as long as all who speak can have their next step in time
behind his, one after the other. Otherwise those who are about to run dry go first, by the moment at which that happens;
among them newcomers who have waited for `STARVES_S`, and since each step puts off the moment of whoever got it,
everybody's turn comes. Then the other newcomers, by arrival; then those who have much in hand.

"In time" has a margin that depends on how much of the engine those who speak need. While it has time to spare a
shortfall is soon made good; near its limit nothing is made good, so that newcomers wait, and those of them who have
another voice go there. Pure, with no clock of its own: a simulation can ask the same question.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN_S = 2.5
"""More than in time, where those who speak need the whole engine. In simulations of a medium voice less than 1 % of the
utterances pause at 0.9 of what it can do; at 1.3, where those whose patience ends go to another voice, less than 2 %.
With the earliest due first it was 9 % and 93 %."""
STEEPNESS = 3
"""Of the rise to that: of eight who come at once six have heard something before the first needs more."""
MOST_SHARE = 1.5
"""Of the engine: more than the whole is wanted, and how much more makes no difference."""
SPEAKING_WITHIN_S = 2.0
"""Those with less in hand count as speaking: with more they are far ahead, or the next part of somebody's answer."""
STARVES_S = 2.0
"""Longer than the 1.5 s after which somebody with another voice goes there, so that an overload ends by itself."""
STEPS = 96
"""Remembered for what audio costs: some utterances with their beginnings, so that many beginnings at once, which are
dear, do not make it seem that nobody can be served in time."""
FIRST_GUESS_S = 0.05
"""For a step, before one has been seen."""


class Claim(Protocol):
    """Somebody's wish for the engine; the moments are on the clock of whoever asks."""

    @property
    def arrived_at(self) -> float:
        """When it came."""
        ...

    @property
    def due_at(self) -> float:
        """When its listener runs dry."""
        ...

    @property
    def newcomer(self) -> bool:
        """Its listener hears nothing yet."""
        ...


C = TypeVar("C", bound=Claim)


class Urgency:
    """Orders claims, and learns from the steps how long they take and what they bring."""

    def __init__(self) -> None:
        self._steps: deque[tuple[float, float]] = deque(maxlen=STEPS)

    def stepped(self, took_s: float, gained_s: float) -> None:
        """Note a step of speech: what it took, and the audio that came of it."""
        self._steps.append((took_s, gained_s))

    def first(self, claims: Sequence[C], now: float) -> C:
        """Return whose step is next; of equals the one that stands first."""
        fits = self._fits(claims, now)

        def rank(claim: C) -> tuple[int, float]:
            if not claim.newcomer:
                return (1 if claim.due_at - now < SPEAKING_WITHIN_S else 3), claim.due_at
            if fits:
                return 0, claim.arrived_at
            starves_at = claim.arrived_at + STARVES_S
            return (1, starves_at) if starves_at <= now else (2, claim.arrived_at)

        return min(claims, key=rank)

    def _fits(self, claims: Sequence[Claim], now: float) -> bool:
        """Whether all who speak can have their next step in time, one after the other, behind a newcomer's."""
        step_s = self._usual_s()
        at = now + step_s + self._margin_s(claims, now)
        for due_at in sorted(claim.due_at for claim in claims if not claim.newcomer):
            at += step_s
            if at > due_at:
                return False
            if due_at > now + SPEAKING_WITHIN_S:
                break
        return True

    def _margin_s(self, claims: Sequence[Claim], now: float) -> float:
        """Return how much sooner than in time those who speak are to be served."""
        speaking = sum(not claim.newcomer and claim.due_at - now < SPEAKING_WITHIN_S for claim in claims)
        return MARGIN_S * min(MOST_SHARE, speaking * self._cost()) ** STEEPNESS

    def _cost(self) -> float:
        """Return seconds of work for a second of audio; the slowest step may have loaded a voice and does not count."""
        gained_s = sum(gained_s for _, gained_s in self._steps)
        took_s = [took_s for took_s, _ in self._steps]
        return (sum(took_s) - max(took_s)) / gained_s if gained_s else 0.0

    def _usual_s(self) -> float:
        """Return what a short step takes that brings audio: while newcomers wait no other is made."""
        took_s = sorted(took_s for took_s, gained_s in self._steps if gained_s)
        return took_s[len(took_s) // 4] if took_s else FIRST_GUESS_S
