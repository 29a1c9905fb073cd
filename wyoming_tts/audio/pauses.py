"""Where a voice is silent."""

from __future__ import annotations

from array import array
from itertools import groupby
from operator import neg
from typing import TYPE_CHECKING, NamedTuple

from wyoming_tts.audio.extremes import extremes

if TYPE_CHECKING:
    from wyoming_tts.speech.audio import AudioFormat

WINDOW_S = 0.01
SHORTEST_PAUSE_S = 0.06
"""Stops such as `t` are silent up to 50 ms, now and then longer; between clauses it is 100 ms and more."""
QUIET = 1 / 32
"""Of the utterance's own level, 30 dB under it: what a compressed or noisy voice leaves in its pauses."""
LEVEL_QUANTILE = 0.95
"""The level is what nearly all windows stay below, so that one click does not make the rest quiet."""
LOWEST_LEVEL = 33
"""60 dB under full scale; less than that is silence, however quiet the voice."""
LOOKED_AT_HZ = 8000
"""About as many samples a second tell how loud a window is; all of them would cost three times as much."""
AT_ONCE_S = 1.0
"""Looked at together, and most are never asked for: one look at a second costs as much as one at a piece of it."""
MOST_WINDOWS = 60_000
"""10 minutes of audio in 120 kB; no utterance is longer, and of one that is the beginning is looked at."""


class Pause(NamedTuple):
    """A silence, in seconds from the first frame; the last one may be going on."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Seconds."""
        return self.end_s - self.start_s


class PauseFinder:
    """Takes one utterance's 16-bit mono PCM in any pieces; half a frame waits for its other half."""

    def __init__(self, format_: AudioFormat) -> None:
        self._format = format_
        self._window_bytes = max(format_.size(WINDOW_S), format_.frame_bytes)
        self._stride = max(1, format_.rate // LOOKED_AT_HZ)
        self._at_once_bytes = format_.size(AT_ONCE_S)
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._peaks = array("H")
        """The loudest sample of each window that is whole."""

    def feed(self, pcm: bytes) -> None:
        """Take the next piece."""
        self._held.append(pcm)
        self._held_bytes += len(pcm)
        if self._held_bytes >= self._at_once_bytes:
            self._look()

    def pauses(self) -> tuple[Pause, ...]:
        """Return the pauses up to now, in order; less than a window at the end is not looked at."""
        self._look()
        quiet = self._quiet()
        shortest = round(SHORTEST_PAUSE_S / WINDOW_S)
        window_s = self._format.seconds(self._window_bytes)
        found: list[Pause] = []
        at = 0
        for silent, windows in groupby(self._peaks, key=lambda peak: peak < quiet):
            end = at + sum(1 for _ in windows)
            if silent and end - at >= shortest:
                found.append(Pause(at * window_s, end * window_s))
            at = end
        return tuple(found)

    def _look(self) -> None:
        """Look at all whole windows of what is held."""
        pcm = b"".join(self._held)
        whole = len(pcm) - len(pcm) % self._window_bytes
        room = max(0, MOST_WINDOWS - len(self._peaks)) * self._window_bytes
        view = memoryview(pcm)[: min(whole, room)]
        highest, lowest = extremes(view, self._window_bytes // 2, self._stride)
        self._peaks.extend(map(max, highest, map(neg, lowest)))
        self._held = [pcm[whole:]]
        self._held_bytes = len(pcm) - whole

    def _quiet(self) -> float:
        if not self._peaks:
            return 0.0
        level = sorted(self._peaks)[int((len(self._peaks) - 1) * LEVEL_QUANTILE)]
        return max(level * QUIET, LOWEST_LEVEL)
