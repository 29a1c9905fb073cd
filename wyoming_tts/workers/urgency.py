"""Whose step is next: those who speak do not run dry, those who come wait for one step, and nobody waits for ever.

Three classes, on one clock. First whoever is about to run dry, by the moment at which that happens; then those whose
listener hears nothing yet, by arrival; then the rest, by the same moment. A newcomer who has waited for `STARVES_S`
joins the first class, and since each step puts off the moment of whoever got it, everybody's turn comes.

How soon "about to" is depends on how much of the engine those who speak need. While it has time to spare a shortfall
is soon made good, and newcomers may go first; near its limit nothing is made good, so they wait, and those of them who
have another voice go there. Pure, with no clock of its own: a simulation can ask the same question.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

GUARD_S = 1.0
"""In hand of everybody who speaks before a newcomer goes first, where they need the whole engine. In simulations of a
medium voice at 0.9 of what it can do 0.1 % of the utterances paused, for 0.09 s at the most; at 1.2, where those whose
patience ends go to another voice, 0.6 %. With the earliest due first it was 9 % (2.1 s) and 93 % (8.8 s)."""
MOST_SHARE = 1.5
"""Of the engine: more than the whole is wanted, and how much more makes no difference."""
SPEAKING_WITHIN_S = 2.0
"""Those with less in hand count as speaking: with more they are far ahead, or the next part of somebody's answer."""
STARVES_S = 2.0
"""Longer than the 1.5 s after which somebody with another voice goes there, so that an overload ends by itself."""
STEPS = 96
"""Remembered for what audio costs: some utterances with their beginnings, so that many beginnings at once, which are
dear, do not make it seem that nobody can be served in time."""
SLOW_AMONG = 24
"""The newest of them, for what a slow one takes: a second or two of work."""
FIRST_GUESS_S = 0.05
"""For a step, before two have been seen."""


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
        guard_s = self.guard_s(claims, now)

        def rank(claim: C) -> tuple[int, float]:
            if claim.newcomer:
                starves_at = claim.arrived_at + STARVES_S
                return (0, starves_at) if starves_at <= now else (1, claim.arrived_at)
            return (0 if claim.due_at - now < guard_s else 2), claim.due_at

        return min(claims, key=rank)

    def guard_s(self, claims: Sequence[Claim], now: float) -> float:
        """Return how little a listener must have in hand to go before a newcomer."""
        speaking = sum(not claim.newcomer and claim.due_at - now < SPEAKING_WITHIN_S for claim in claims)
        share = min(MOST_SHARE, speaking * self._cost())
        return GUARD_S * share * share + self._slow_s()

    def _cost(self) -> float:
        """Return seconds of work for a second of audio; the slowest step may have loaded a voice and does not count."""
        gained_s = sum(gained_s for _, gained_s in self._steps)
        took_s = [took_s for took_s, _ in self._steps]
        return (sum(took_s) - max(took_s)) / gained_s if gained_s else 0.0

    def _slow_s(self) -> float:
        """Return what a slow step takes: the newcomer's, during which somebody else must not run dry."""
        newest = [took_s for took_s, _ in islice(reversed(self._steps), SLOW_AMONG)]
        return sorted(newest)[-2] if len(newest) > 1 else FIRST_GUESS_S
