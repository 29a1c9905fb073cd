"""A voice that speaks with eSpeak NG's real word times, at a pace of its own and never quite evenly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from wyoming_tts.audio.pauses import Pause
from wyoming_tts.synthesis.carrying_on.whereabouts import Heard

if TYPE_CHECKING:
    from random import Random

    from wyoming_tts.synthesis.carrying_on.yardstick import Spoken

UNEVEN = 0.05
"""Standard deviation of each word's factor."""
NOTICED_S = 0.02
"""Less of a word's end is no loss."""


class WarpedVoice:
    def __init__(self, text: str, spoken: Spoken, *, factor: float, random: Random, moody: bool = False) -> None:
        """Say `text`; a moody voice makes pauses of any length, leaves some out and makes some of its own."""
        self._text = text
        self._offsets = [word.offset for word in spoken.words]
        self._from, self._to = [0.0], [0.0]
        ends = [0.0, *(word.at_s for word in spoken.words), spoken.total_s]
        self.pauses: list[Pause] = []
        for start, end in pairwise(ends):
            pace = factor * random.gauss(1, UNEVEN)
            parting = next((pause for pause in spoken.pauses if start < pause.start_s < end < pause.end_s + 0.05), None)
            if parting and moody:
                self._say(parting.start_s, pace)
                self._say(end, random.choice([0.0, 0.3, 0.7, 1.5, 3.0]))
            else:
                self._say(end, pace)
            if moody and end < spoken.total_s and random.random() < 0.04:
                self._from.append(end)
                self._to.append(self._to[-1] + random.uniform(0.1, 0.25))
                self.pauses.append(Pause(*self._to[-2:]))
        self.pauses += [Pause(self.time(pause.start_s), self.time(pause.end_s)) for pause in spoken.pauses]
        self.pauses.sort()
        self._begins = [self.time(word.at_s) for word in spoken.words]
        self.total_s = self._to[-1]

    def _say(self, until_s: float, pace: float) -> None:
        self._to.append(self._to[-1] + max(0.0, until_s - self._from[-1]) * pace)
        self._from.append(max(until_s, self._from[-1]))

    def time(self, at_s: float) -> float:
        """Return when the voice says what eSpeak NG says at `at_s`."""
        return _between(self._from, self._to, at_s)

    def source(self, at_s: float) -> float:
        """Return when eSpeak NG says what the voice says at `at_s`."""
        return _between(self._to, self._from, at_s)

    def heard(self, cut_s: float) -> Heard:
        cut = [Pause(pause.start_s, min(pause.end_s, cut_s)) for pause in self.pauses]
        return Heard(cut_s, pauses=[pause for pause in cut if pause.length_s >= 0.06])

    def lost(self, cut_s: float, start: int) -> int:
        """Return how many words nobody heard to their end if the rest begins at offset `start`."""
        return sum(self._end(word) > cut_s + NOTICED_S for word in range(bisect_left(self._offsets, start)))

    def repeated(self, cut_s: float, start: int) -> int:
        """Return the characters heard twice, the word that was cut counted whole."""
        begun = bisect_right(self._begins, cut_s)
        return max(0, [*self._offsets, len(self._text)][begun] - start)

    def words_left(self, cut_s: float) -> int:
        return sum(self._end(word) > cut_s + NOTICED_S for word in range(len(self._offsets)))

    def _end(self, word: int) -> float:
        end_s = [*self._begins, self.total_s][word + 1]
        silent = [pause.start_s for pause in self.pauses if pause.start_s < end_s < pause.end_s + 0.05]
        return min([end_s, *(start_s for start_s in silent if start_s > self._begins[word])])


def _between(known: list[float], wanted: list[float], at_s: float) -> float:
    index = min(max(1, bisect_left(known, at_s)), len(known) - 1)
    span_s = known[index] - known[index - 1]
    share = (at_s - known[index - 1]) / span_s if span_s > 0 else 1.0
    return wanted[index - 1] + share * (wanted[index] - wanted[index - 1])
