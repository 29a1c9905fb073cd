"""When each word of a text begins at the earliest and at the latest, in a voice of a certain pace."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import regex

from wyoming_tts.synthesis.carrying_on.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wyoming_tts.audio.pauses import Pause
    from wyoming_tts.synthesis.carrying_on.yardstick import Spoken

CLAUSE_PAUSE_S = 0.1
"""Shorter silences belong to sounds."""
NUMBER = Pace(slowest=1.3, fastest=0.6)
"""On top of the pace: a year, a date or a telephone number is read in several ways."""
ESTIMATE = Pace(slowest=1.7, fastest=0.6)
"""On top of the pace, where nobody measured."""

_DIGIT = regex.compile(r"\p{Nd}")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in a voice's audio: as it plays, and without the pauses before it."""

    at_s: float
    speech_s: float


class Timetable:
    """Bounds of the time from the beginning to each word; the number behind the last one stands for the end."""

    def __init__(self, text: str, spoken: Spoken, pace: Pace) -> None:
        self.words = spoken.words
        first_s = spoken.words[0].at_s  # longer than nothing where a sign before the first word is said
        ends = [*(word.at_s for word in spoken.words), max(spoken.total_s, spoken.words[-1].at_s)]
        offsets = [*(word.offset for word in spoken.words), len(text)]
        factors = [_factors(text[start:end], spoken, pace) for start, end in pairwise(offsets)]
        played = [end - start for start, end in pairwise(ends)]
        speech = [end - start - silence(spoken.pauses, start, end) for start, end in pairwise(ends)]
        self._latest = [
            Moment(*times)
            for times in _running((factor.slowest for factor in factors), played, speech, first_s * pace.slowest)
        ]
        self._earliest = [
            Moment(*times) for times in _running((factor.fastest for factor in factors), played, speech, 0.0)
        ]

    def latest(self, word: int) -> Moment:
        """Return when the slowest voice begins it, counted from its first sound."""
        return self._latest[word]

    def earliest(self, word: int) -> Moment:
        """Return when the fastest voice begins it, counted from its first sound."""
        return self._earliest[word]

    @property
    def end(self) -> int:
        """The number behind the last word's."""
        return len(self.words)


def silence(pauses: Iterable[Pause], start_s: float, end_s: float) -> float:
    """Return the seconds between two moments in which somebody paused."""
    return sum(
        max(0.0, min(pause.end_s, end_s) - max(pause.start_s, start_s))
        for pause in pauses
        if pause.length_s >= CLAUSE_PAUSE_S
    )


def _factors(word: str, spoken: Spoken, pace: Pace) -> Pace:
    for known, doubtful in ((NUMBER, bool(_DIGIT.search(word))), (ESTIMATE, spoken.estimated)):
        if doubtful:
            pace = Pace(pace.slowest * known.slowest, pace.fastest * known.fastest)
    return pace


def _running(
    factors: Iterable[float], played: Sequence[float], speech: Sequence[float], first_s: float
) -> Iterator[tuple[float, float]]:
    steps = [(factor * at_s, factor * speech_s) for factor, at_s, speech_s in zip(factors, played, speech, strict=True)]
    yield from accumulate(
        steps, lambda before, step: (before[0] + step[0], before[1] + step[1]), initial=(first_s, first_s)
    )
