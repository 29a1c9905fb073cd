"""What one scenario found, and what of it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.report import Report
    from benchmarks.side_by_side.heard import Heard


@dataclass(frozen=True, slots=True)
class Outcome:
    report: Report
    first_audio_s: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    """By what was asked, then by contender: every measurement."""
    long_answers: Mapping[str, Heard] = field(default_factory=dict)
    """One answer of 2,000 characters of each contender."""
