"""The seam between two voices: the end of one and the beginning of the next, faded so that it does not click."""

from __future__ import annotations

from array import array

SEAM_S = 0.01
"""Ten milliseconds: too short to be heard as a fade, long enough that nothing clicks."""


def fade_out(pcm: bytes) -> bytes:
    """Return 16-bit mono samples that fall to silence in a straight line."""
    samples = array("h", pcm)
    count = len(samples)
    return array("h", (sample * (count - at) // count for at, sample in enumerate(samples, 1))).tobytes()


def fade_in(pcm: bytes) -> bytes:
    """Return 16-bit mono samples that rise from silence in a straight line."""
    samples = array("h", pcm)
    count = len(samples)
    return array("h", (sample * at // count for at, sample in enumerate(samples))).tobytes()


class Seam:
    """Hands audio on but for its last moment, so that this can still be faded when the voice breaks off."""

    def __init__(self, size: int, *, continues: bool) -> None:
        """`size` is the seam in bytes; `continues` says that something was cut off before, so the beginning rises."""
        self._size = size
        self._held = b""
        self._to_rise = size if continues else 0

    def feed(self, pcm: bytes) -> bytes:
        """Return what can be handed on after `pcm` has come."""
        self._held += pcm
        if self._to_rise:
            if len(self._held) < self._size:
                return b""
            self._held = fade_in(self._held[: self._size]) + self._held[self._size :]
            self._to_rise = 0
        count = max(0, len(self._held) - self._size)
        ready, self._held = self._held[:count], self._held[count:]
        return ready

    def finish(self) -> bytes:
        """Return the rest of a voice that came to its end."""
        held, self._held = self._held, b""
        return fade_in(held) if self._to_rise else held

    def broken(self) -> bytes:
        """Return the rest of a voice that was cut off, falling to silence."""
        return fade_out(self.finish())
