"""How long a worker that crashed stays down, and who waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wyoming_tts.telemetry.clock import Clock

HEALTHY_AFTER_S = 10.0
"""One that lived this long did not die of its start."""
FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 30.0
LONGEST_WAIT_S = 1.0
"""Worth waiting where nobody said how patient he is."""
START_SHARE = 0.5
"""Of a listener's patience: the other half is for the start itself."""


class Backoff:
    """0 s after a healthy life and after the first quick crash: somebody waits. Then 0.25 s, doubling to 30 s."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._quick_crashes = 0
        self._until = 0.0

    @property
    def left_s(self) -> float:
        """Seconds from now to the next start."""
        return max(0.0, self._until - self._clock.now())

    def crashed(self, lived_s: float) -> float:
        """Return the seconds from now to the next start."""
        self._quick_crashes = 0 if lived_s > HEALTHY_AFTER_S else self._quick_crashes + 1
        delay_s = 0.0
        if self._quick_crashes > 1:
            delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(self._quick_crashes - 2, 16))
        self._until = self._clock.now() + delay_s
        return delay_s

    def wait_s(self, patience_s: float | None, *, urgent: bool) -> float | None:
        """Return how long to wait for the next start, None where the next provider is the better choice.

        `urgent` is for the voice that speaks for everybody: one text that kills its worker must not mute the others.
        """
        if urgent:
            return min(self.left_s, LONGEST_WAIT_S)
        longest_s = LONGEST_WAIT_S if patience_s is None else patience_s * START_SHARE
        return self.left_s if self.left_s <= longest_s else None
