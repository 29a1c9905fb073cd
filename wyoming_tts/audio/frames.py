"""Small operations on PCM bytes: whole frames, pieces, silence, gain, mono."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.speech.audio import AudioFormat

_LOWEST, _HIGHEST = -32768, 32767


def split_whole(pcm: bytes, format_: AudioFormat) -> tuple[bytes, bytes]:
    """Return the whole frames at the beginning and the incomplete one that is left."""
    end = len(pcm) - len(pcm) % format_.frame_bytes
    return pcm[:end], pcm[end:]


def pieces(pcm: bytes, format_: AudioFormat, *, frames: int) -> Iterator[bytes]:
    """Yield the PCM in pieces of `frames` frames; the last one may be shorter."""
    size = frames * format_.frame_bytes
    for start in range(0, len(pcm), size):
        yield pcm[start : start + size]


def silence(format_: AudioFormat, seconds: float) -> bytes:
    """Return whole frames of silence."""
    return bytes(format_.size(seconds))


def gain(pcm: bytes, factor: float) -> bytes:
    """Return 16-bit PCM made louder or quieter; what would overflow is clipped."""
    if factor == 1.0:
        return pcm
    scaled = np.frombuffer(pcm, "<i2").astype(np.float32) * factor
    return _as_s16(np.clip(np.rint(scaled), _LOWEST, _HIGHEST))


def to_mono_s16(pcm: bytes, format_: AudioFormat) -> bytes:
    """Return whole frames of any width (1 to 4 bytes) and number of channels as 16-bit mono: channels are averaged."""
    if format_.width == 2 and format_.channels == 1:
        return pcm
    if not 1 <= format_.width <= 4:
        raise ValueError(f"PCM of {format_.width} bytes a sample is not known")
    samples = np.frombuffer(pcm, np.uint8).reshape(-1, format_.width)
    # The two upper bytes of a little-endian sample are its 16-bit form; 8 bits become the upper ones.
    if format_.width == 1:
        samples = np.pad(samples, ((0, 0), (1, 0)))
    narrowed = np.ascontiguousarray(samples[:, -2:]).view("<i2").reshape(-1, format_.channels)
    if format_.channels == 1:
        return _as_s16(narrowed)
    return _as_s16(np.rint(narrowed.mean(axis=1, dtype=np.float64)))


def _as_s16(samples: np.ndarray) -> bytes:
    data: bytes = samples.astype("<i2").tobytes()
    return data
