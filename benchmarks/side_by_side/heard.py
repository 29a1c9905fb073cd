"""One answer as it reached its listener, and whether the listener would have run dry."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

AUDIBLE_S = 0.010
"""A shorter wait is no underrun: the client itself, on a machine that is full, reads that much late, and every sound
card has more than that in hand."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Times are seconds since just before the connect."""

    began_s: float
    """When that was, in seconds since the beginning of all calls that were made together."""
    chunks: tuple[tuple[float, float], ...]
    """When each chunk had come, and how many seconds of audio it held."""
    ended_s: float
    """When the event came that ends the answer."""
    sentence_sent_s: float = 0.0
    """When the end of the first sentence was sent."""
    error: str = ""
    """Why it is no whole answer; empty for one that is."""

    @property
    def first_audio_s(self) -> float:
        return self.chunks[0][0]

    @property
    def after_sentence_s(self) -> float:
        """From the end of the first sentence to the first audio; below 0 where it came before."""
        return self.first_audio_s - self.sentence_sent_s

    @property
    def audio_s(self) -> float:
        return sum(seconds for _, seconds in self.chunks)

    def dry_s(self) -> float:
        """Return for how long playback at 1x, from the first audio on, would have had nothing to play."""
        return sum(self._waits())

    def underruns(self) -> int:
        """Return how often it would have had nothing for so long that somebody hears it."""
        return sum(wait > AUDIBLE_S for wait in self._waits())

    def _waits(self) -> list[float]:
        """Return how long playback waits for each chunk but the first."""
        waits = []
        played_until = self.first_audio_s
        for (_, seconds), (at_s, _) in pairwise(self.chunks):
            played_until += seconds
            waits.append(max(0.0, at_s - played_until))
            played_until += waits[-1]
        return waits

    def curve(self) -> tuple[list[float], list[float]]:
        """Return moments, and how much audio had come by each."""
        total, moments, amounts = 0.0, [0.0], [0.0]
        for at_s, seconds in self.chunks:
            moments += [at_s, at_s]
            amounts += [total, total := total + seconds]
        return moments, amounts
