"""From linear PCM of any width and any number of channels to 16-bit mono."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    import numpy as np

    Samples = np.ndarray[Any, np.dtype[np.int16]]


class PlainPcm:
    """Takes samples in any pieces and keeps what is no whole frame for the next one; the rate stays as it is.

    Samples are little-endian and signed, but for those of one byte, which have their zero at 128 as in a WAV.
    """

    def __init__(self, source: AudioFormat) -> None:
        """Take the format; raises ValueError for a width that no samples have."""
        if source.width not in {1, 2, 3, 4}:
            raise ValueError("samples have one to four bytes")
        self._source = source
        self._rest = b""
        # 0.1 s of a start, for the few who need it.
        self._numpy: Any = None if (source.width, source.channels) == (2, 1) else import_module("numpy")

    @property
    def format(self) -> AudioFormat:
        """Of what comes out."""
        return AudioFormat(self._source.rate)

    def feed(self, pcm: bytes) -> bytes:
        """Return the frames that are whole by now."""
        pcm = self._rest + pcm if self._rest else pcm
        size = len(pcm) - len(pcm) % self._source.frame_bytes
        self._rest, pcm = pcm[size:], pcm[:size]
        return pcm if self._numpy is None else self._mixed(self._samples(pcm)).tobytes()

    def _samples(self, pcm: bytes) -> Samples:
        """Return the upper 16 bits of every sample."""
        width = self._source.width
        if width == 2:
            return cast("Samples", self._numpy.frombuffer(pcm, "<i2"))
        octets: np.ndarray[Any, Any] = self._numpy.frombuffer(pcm, "u1")
        if width == 1:
            return (octets.astype("<i2") - 128) << 8
        return octets.reshape(-1, width)[:, -2:].copy().view("<i2").reshape(-1)

    def _mixed(self, samples: Samples) -> Samples:
        """Return the mean of all channels."""
        channels = self._source.channels
        if channels == 1:
            return samples
        mean: Samples = (samples.reshape(-1, channels).sum(axis=1, dtype="i4") // channels).astype("<i2")
        return mean
