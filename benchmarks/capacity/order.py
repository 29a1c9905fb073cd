"""Whose step is next: the worker's rule, as the simulation asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

GUARD_S = 0.4
"""Who hears something and has less than that in hand goes before those who hear nothing yet."""


class Waiting(Protocol):
    """Somebody who waits for the engine."""

    number: int
    """In the order of coming."""
    due_at: float
    """When the listener runs dry; for one who hears nothing yet, when it came."""
    speaking: bool
    """Whether its listener has heard something of the answer."""


def earliest_due(waiting: Sequence[Waiting], now: float) -> int:  # noqa: ARG001 - another order looks at the clock
    """Take the one whose listener runs dry first; a newcomer counts as dry since it came."""
    return min(range(len(waiting)), key=lambda at: (waiting[at].due_at, waiting[at].number))


def guarded(waiting: Sequence[Waiting], now: float) -> int:
    """Take listeners about to run dry, then newcomers, then the rest; within each the one that is due first."""

    def urgency(at: int) -> tuple[int, float, int]:
        one = waiting[at]
        rank = 1 if not one.speaking else 0 if one.due_at - now < GUARD_S else 2
        return rank, one.due_at, one.number

    return min(range(len(waiting)), key=urgency)
