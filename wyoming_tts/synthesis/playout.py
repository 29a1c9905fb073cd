"""How much audio the listener still has to play, from what was handed on and the time since."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wyoming_tts.telemetry.clock import Clock


class Playout:
    """A listener who plays at normal speed from the first chunk on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_at: float | None = None
        self.sent_s = 0.0
        """Seconds of audio handed on."""

    def sent(self, seconds: float) -> None:
        """Note that `seconds` of audio were handed on."""
        if self._started_at is None:
            self._started_at = self._clock.now()
        # A listener that ran dry waits: the time it waited does not count as played.
        behind_s = (self._clock.now() - self._started_at) - self.sent_s
        if behind_s > 0:
            self._started_at += behind_s
        self.sent_s += seconds

    def in_hand_s(self) -> float:
        """Return the seconds of unplayed audio; 0 for a listener who has heard nothing yet or ran dry."""
        if self._started_at is None:
            return 0.0
        return max(0.0, self.sent_s - (self._clock.now() - self._started_at))
