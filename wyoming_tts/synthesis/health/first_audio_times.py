"""How long a provider takes to its first audio, also where somebody did not wait for it."""

from __future__ import annotations

from collections import deque

KEPT = 50
"""A provider that has become faster or slower is known for it after as many utterances."""
FEWEST_HEARD = 5
"""Fewer say nothing about the slowest twentieth."""
SLOWEST_SHARE = 0.05
MORE = 1.4
"""Three more waits from 0.7 s to 1.9 s: so long a listener has patience."""
ROUNDING = 1e-9
"""19 of 20 leave exactly the slowest share, which a product of fractions misses by a few units of 1e-17."""


class FirstAudioTimes:
    """The last times to first audio, some of them only known to be longer than what was waited.

    Dropping those would make a provider look the faster the more often it is given up.
    """

    def __init__(self) -> None:
        self._times: deque[tuple[float, bool]] = deque(maxlen=KEPT)

    def heard(self, s: float) -> None:
        """Note that the first audio came after `s` seconds."""
        self._times.append((s, True))

    def censored(self, s: float) -> None:
        """Note that nothing had come when nobody waited any more, after `s` seconds."""
        self._times.append((s, False))

    def p95(self) -> float | None:
        """Return the time within which 19 of 20 first audios come; None where too few were heard.

        Kaplan and Meier's estimator (https://doi.org/10.1080/01621459.1958.10501452); where too many were given up for
        it to fall so far, the longest time seen.
        """
        if sum(heard for _, heard in self._times) < FEWEST_HEARD:
            return None
        still_waiting = 1.0
        # Of equal times the heard ones come first: a censored one would have been longer.
        ordered = sorted(self._times, key=lambda time: (time[0], not time[1]))
        for place, (s, heard) in enumerate(ordered):
            if heard:
                still_waiting *= 1.0 - 1.0 / (len(ordered) - place)
            if still_waiting <= SLOWEST_SHARE + ROUNDING:
                return s
        return self.longest()

    def usual(self) -> float | None:
        """Return the time that is usually enough; None where nobody has waited yet.

        Where too little is known, or too many were given up, that is more than was ever waited: a provider that is
        always given up a moment too early would otherwise never be heard.
        """
        longest, p95 = self.longest(), self.p95()
        if longest is None or (p95 is not None and p95 < longest):
            return p95
        return longest if (longest, True) in self._times and p95 is not None else MORE * longest

    def longest(self) -> float | None:
        """Return the longest time that somebody waited, heard or not; None where nobody has."""
        return max((s for s, _ in self._times), default=None)
