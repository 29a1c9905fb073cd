"""Two measured in turn: each pair gives a ratio of its own, so that what slows the machine for a while slows both."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.measure import percentile

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Pairs:
    """The ratios of pairs, in the middle and at the quartiles."""

    median: float
    lower: float
    upper: float

    @classmethod
    def of(cls, ours: Sequence[float], theirs: Sequence[float]) -> Pairs:
        """Compare what was measured one after the other; raises ValueError where a half is missing."""
        ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
        if not ratios:
            raise ValueError("there is nothing to compare")
        return cls(statistics.median(ratios), percentile(ratios, 0.25), percentile(ratios, 0.75))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.lower:.2f}-{self.upper:.2f})"
