"""From one rate to another as a stream, at soxr's high quality."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import soxr

    from wyoming_tts.speech.audio import AudioFormat


class Resampler:
    """16-bit mono PCM of one rate in, of another out; the same rate passes through untouched."""

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        if source.frame_bytes != 2 or target.frame_bytes != 2:
            raise ValueError("only 16-bit mono is resampled; convert first")
        self._stream: soxr.ResampleStream | None = None
        if source.rate != target.rate:
            library, self._numpy = libraries()
            self._stream = library.ResampleStream(source.rate, target.rate, 1, dtype="int16", quality="HQ")

    def feed(self, pcm: bytes) -> bytes:
        """Return what is certain by now; may be empty while the filter fills."""
        return self._process(pcm, last=False)

    def finish(self) -> bytes:
        """Return the rest."""
        return self._process(b"", last=True)

    def _process(self, pcm: bytes, *, last: bool) -> bytes:
        if self._stream is None:
            return pcm
        return bytes(self._stream.resample_chunk(self._numpy.frombuffer(pcm, dtype="<i2"), last=last).tobytes())


def libraries() -> tuple[Any, Any]:
    """Return soxr and numpy, imported now at the latest.

    They take 0.1 s of a start and are needed only where two rates meet: the house imports them once it listens.
    """
    return import_module("soxr"), import_module("numpy")
