"""From one rate to another as a stream, at soxr's high quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

if TYPE_CHECKING:
    from wyoming_tts.speech.audio import AudioFormat


class Resampler:
    """16-bit mono PCM of one rate in, of another out; the same rate passes through untouched."""

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        if source.frame_bytes != 2 or target.frame_bytes != 2:
            raise ValueError("only 16-bit mono is resampled; convert first")
        self._stream: soxr.ResampleStream | None = None
        if source.rate != target.rate:
            self._stream = soxr.ResampleStream(source.rate, target.rate, 1, dtype="int16", quality="HQ")

    def feed(self, pcm: bytes) -> bytes:
        """Return what is certain by now; may be empty while the filter fills."""
        return self._process(pcm, last=False)

    def finish(self) -> bytes:
        """Return the rest."""
        return self._process(b"", last=True)

    def _process(self, pcm: bytes, *, last: bool) -> bytes:
        if self._stream is None:
            return pcm
        return bytes(self._stream.resample_chunk(np.frombuffer(pcm, dtype="<i2"), last=last).tobytes())
