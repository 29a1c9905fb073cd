"""How much of an utterance is spoken at a time: little while its listener waits, more once he has something in hand."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.models.base import Sink

FIRST_FRAMES = 16
"""0.19 s of a medium voice: what it takes to compute the next window is less, on whatever can speak in time at all."""
MOST_FRAMES = 192
"""Longer ones are not faster: a frame of a medium voice takes 0.78 ms in a window of 200 and 0.9 in one of 1,000, whose
numbers no cache holds; and they take 0.3 MB of memory a frame."""
GROWTH = 2.0
"""At least, from window to window: where nobody has anything in hand, small windows would only make that worse."""
SHARE_IN_HAND = 0.5
"""Of what the listener has to play, a window may take so much time."""
FLOW_AHEAD = 2
"""Windows: a run of the flow has 64 frames at its edges to compute for nothing. A frame of it costs a fifth of what it
costs in the decoder."""
TURN_S = 0.1
"""What a window may take while somebody else waits for the engine."""


@dataclass(slots=True)
class Pace:
    """How long a voice takes for a frame; learned from its last window, and known to all its utterances."""

    frame_s: float = 0.0
    """0 while nobody knows."""


class Windows:
    """The windows of one utterance, over all its sentences."""

    def __init__(self, pace: Pace, now: Callable[[], float] = time.perf_counter) -> None:
        self._pace = pace
        self._now = now
        self._last = 0

    def size(self, left: int, sink: Sink) -> int:
        """Return how many of the frames that are left to compute next."""
        size = self._wanted(sink)
        if left - size < FIRST_FRAMES:  # what is left over would cost more than it is worth
            size = left
        self._last = size
        return size

    def ahead(self, sink: Sink) -> int:
        """Return how many frames behind the window just chosen may go through the flow with it."""
        return FLOW_AHEAD * self._last if self._last > FIRST_FRAMES and sink.alone else 0

    def took(self, frames: int, seconds: float) -> None:
        """Learn how long a window took."""
        if frames > 0:
            self._pace.frame_s = seconds / frames

    def _wanted(self, sink: Sink) -> int:
        if not self._last:
            return FIRST_FRAMES
        frame_s = self._pace.frame_s
        size = max(FIRST_FRAMES, round(self._last * GROWTH))
        if frame_s:
            size = max(size, int(sink.in_hand_s * SHARE_IN_HAND / frame_s))
        size = min(size, MOST_FRAMES)
        if not sink.alone and frame_s:
            size = max(FIRST_FRAMES, min(size, int(TURN_S / frame_s)))
        return size
