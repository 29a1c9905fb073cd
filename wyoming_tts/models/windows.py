"""How much of an utterance is spoken at a time: little while its listener waits, more once he has something in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wyoming_tts.models.base import Sink

FIRST_FRAMES = 16
"""0.19 s of a medium voice: what it takes to compute the next window is less, on whatever can speak in time at all."""
CROWD_FRAMES = 32
"""The same where others hear nothing yet: for 9 ms more of work one who has begun can wait for four of them."""
MOST_FRAMES = 192
"""2.2 s. Windows of 128 take 4 % more work and 40 MB less memory, windows of 64 take 15 % more work; windows of 256
gain nothing, for no cache holds their numbers."""
GROWTH = 2
"""At least, from window to window: where nobody has anything in hand, small windows would only make that worse."""
SHARE_IN_HAND = 0.5
"""Of what the listener has to play, a window may take so much time."""
TURN_S = 0.06
"""What a window may take while somebody else waits for the engine."""
TURN_FRAMES = 64
"""A window is never cut shorter than that for others: on a slow machine the edges would cost everybody more than what
the newcomer gains."""
FLOW_AHEAD = 2
"""Windows: a run of the flow has 64 frames at its edges to compute for nothing. A frame of it costs a fifth of what it
costs in the decoder."""


@dataclass(slots=True)
class Pace:
    """How long a voice takes to compute a frame; learned from its last window, and known to all its utterances."""

    frame_s: float = 0.0
    """0 while nobody knows."""


class Windows:
    """The windows of one utterance, over all its sentences."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._last = 0

    def size(self, left: int, edges: int, sink: Sink) -> int:
        """Return how many of the frames that are left to speak next; `edges` are computed on top of them."""
        size = self._wanted(edges, sink)
        if left - size < FIRST_FRAMES:  # what is left over would cost more than it is worth
            size = left
        self._last = size
        return size

    def ahead(self, sink: Sink) -> int:
        """Return how many frames behind the window just chosen may go through the flow with it."""
        return FLOW_AHEAD * self._last if self._last > FIRST_FRAMES and sink.alone else 0

    def took(self, computed: int, seconds: float) -> None:
        """Learn how long a window took, with its edges."""
        if computed > 0:
            self._pace.frame_s = seconds / computed

    def _wanted(self, edges: int, sink: Sink) -> int:
        frame_s = self._pace.frame_s
        if not self._last and not (frame_s and sink.in_hand_s):
            return FIRST_FRAMES if sink.alone else CROWD_FRAMES
        size = max(FIRST_FRAMES, self._last * GROWTH)
        if frame_s:
            size = max(size, int(sink.in_hand_s * SHARE_IN_HAND / frame_s) - edges)
            if not sink.alone:
                size = min(size, max(TURN_FRAMES, int(TURN_S / frame_s) - edges))
        return min(size, MOST_FRAMES)
