"""Linear samples of any usual kind, made 16-bit mono."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any

from wyoming_tts.audio.codecs.damage import Damaged
from wyoming_tts.speech.audio import AudioFormat

MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 192_000
"""The same as for workers; outside of it a header is damaged."""
MAX_CHANNELS = 8
"""7.1 is the most that a recording has."""


class Encoding(StrEnum):
    """How a sample is written; all are little-endian."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    FLOAT = "float"


_WIDTHS = {Encoding.SIGNED: {1, 2, 3, 4}, Encoding.UNSIGNED: {1}, Encoding.FLOAT: {4, 8}}


@dataclass(frozen=True, slots=True)
class SampleLayout:
    """How samples lie in memory, channels interleaved. Raises Damaged for one that no audio has."""

    format: AudioFormat
    encoding: Encoding = Encoding.SIGNED

    def __post_init__(self) -> None:
        if not MIN_RATE_HZ <= self.format.rate <= MAX_RATE_HZ:
            raise Damaged("a sampling rate that no speech has")
        if not 1 <= self.format.channels <= MAX_CHANNELS or self.format.width not in _WIDTHS[self.encoding]:
            raise Damaged("samples of an unknown kind")

    @property
    def mono16(self) -> AudioFormat:
        """What `converted` returns."""
        return AudioFormat(self.format.rate)

    def converted(self, raw: bytes | memoryview) -> bytes:
        """Return whole frames as 16-bit mono: the mean of the channels, clipped. Raises Damaged for no numbers."""
        if self.encoding is Encoding.SIGNED and self.format.frame_bytes == 2:
            return bytes(raw)
        samples = self._samples16(import_module("numpy"), raw)
        channels = self.format.channels
        if channels > 1:
            samples = (samples.reshape(-1, channels).sum(axis=1, dtype="<i4") // channels).astype("<i2")
        return bytes(samples.tobytes())

    def _samples16(self, numpy: Any, raw: bytes | memoryview) -> Any:
        width = self.format.width
        if self.encoding is Encoding.FLOAT:
            floats = numpy.frombuffer(raw, dtype=f"<f{width}")
            if not numpy.isfinite(floats).all():
                raise Damaged("samples that are no numbers")
            return numpy.rint(floats.clip(-1.0, 1.0) * 32767.0).astype("<i2")
        if self.encoding is Encoding.UNSIGNED:
            return (numpy.frombuffer(raw, dtype="u1").astype("<i2") - 128) << 8
        if width == 1:
            return numpy.frombuffer(raw, dtype="i1").astype("<i2") << 8
        # Of wider samples the two bytes on top are kept.
        parts = numpy.frombuffer(raw, dtype="u1").reshape(-1, width)[:, width - 2 :]
        return numpy.ascontiguousarray(parts).view("<i2")[:, 0]
