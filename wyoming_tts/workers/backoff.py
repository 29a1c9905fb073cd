"""How long a worker that crashed stays down."""

from __future__ import annotations

HEALTHY_AFTER_S = 10.0
"""One that lived this long did not die of its start: it may start again at once."""
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0


class Backoff:
    """0.5 s doubling to 30 s; 0 s after a long life, or after a first crash at work: somebody waits for the rest."""

    def __init__(self) -> None:
        self._quick_crashes = 0
        self._first = True

    def crashed(self, lived_s: float, *, answered: bool) -> float:
        """Return the seconds to wait before the next start; `answered` says that it had come to work at all."""
        first, self._first = self._first, False
        if lived_s > HEALTHY_AFTER_S:
            self._quick_crashes = 0
            return 0.0
        if first and answered:
            return 0.0
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(self._quick_crashes, 16))
        self._quick_crashes += 1
        return delay_s
