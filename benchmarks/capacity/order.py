"""Whose step is next: the worker's own rule, and two simpler ones beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from wyoming_tts.workers.urgency import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.capacity.simulation import Talk

GUARD_S = 0.4
"""Who hears something and has less than that in hand goes before those who hear nothing yet."""


class Order(Protocol):
    """A rule for one engine; it may learn from the steps."""

    def first(self, claims: Sequence[Talk], now: float) -> Talk:
        """Return whose step is next."""
        ...

    def stepped(self, took_s: float, gained_s: float) -> None:
        """Note a step that was done, and the audio that came of it."""
        ...


class EarliestDue:
    """Whose listener runs dry first; a newcomer's has run dry when it came."""

    def first(self, claims: Sequence[Talk], now: float) -> Talk:  # noqa: ARG002 - the other rules look at the clock
        return min(claims, key=lambda claim: (claim.due_at, claim.number))

    def stepped(self, took_s: float, gained_s: float) -> None:
        """Nothing to learn."""


class Guarded(EarliestDue):
    """Listeners about to run dry, then newcomers, then the rest; within each the one that is due first."""

    def first(self, claims: Sequence[Talk], now: float) -> Talk:
        def rank(claim: Talk) -> tuple[int, float, int]:
            about_to = not claim.newcomer and claim.due_at - now < GUARD_S
            return 0 if about_to else 1 if claim.newcomer else 2, claim.due_at, claim.number

        return min(claims, key=rank)


def orders() -> dict[str, Callable[[], Order]]:
    """Return all rules by name, the worker's last."""
    return {"earliest due": EarliestDue, "fixed guard": Guarded, "the worker's": Urgency}
