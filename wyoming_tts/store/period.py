"""A day or a month of the owner's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

SHORTEST_WAIT_S = 1.0
"""Two clocks never agree to the millisecond; too early an attempt would only be refused again."""


class Span(StrEnum):
    """How long a period is."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """One day, or one calendar month."""

    span: Span
    first: date
    """Its first day."""

    @classmethod
    def current(cls, now: datetime) -> tuple[Period, Period]:
        """Return the day and the month of a moment, which is in local time."""
        today = now.date()
        return cls(Span.DAY, today), cls(Span.MONTH, today.replace(day=1))

    @property
    def name(self) -> str:
        """`2025-06-30` or `2025-06`."""
        return self.first.isoformat() if self.span is Span.DAY else self.first.isoformat()[:7]

    def remaining_s(self, now: datetime) -> float:
        """Return the seconds until it is over, also where the clocks are changed meanwhile."""
        after = self.first + timedelta(days=1)
        if self.span is Span.MONTH:
            after = (self.first + timedelta(days=31)).replace(day=1)
        # Through timestamps, since the difference of two local times knows nothing of changed clocks.
        seconds = datetime.combine(after, time.min).timestamp() - now.timestamp()
        return max(SHORTEST_WAIT_S, seconds)
