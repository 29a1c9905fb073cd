"""How long a worker that crashed stays down."""

from __future__ import annotations

HEALTHY_AFTER_S = 10.0
"""One that lived this long did not die of its start: it may start again at once."""
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0


class Backoff:
    """0 s after a crash of a healthy worker, then 0.5 s doubling to 30 s."""

    def __init__(self) -> None:
        self._quick_crashes = 0

    def crashed(self, lived_s: float) -> float:
        """Return the seconds to wait before the next start."""
        if lived_s > HEALTHY_AFTER_S:
            self._quick_crashes = 0
            return 0.0
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(self._quick_crashes, 16))
        self._quick_crashes += 1
        return delay_s
