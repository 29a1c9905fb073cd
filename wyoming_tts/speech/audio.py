"""Sound as values: a format, chunks of whole frames, marks, a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Linear PCM, signed little-endian, channels interleaved."""

    rate: int
    """Samples per second and channel, Hz."""
    width: int = 2
    """Bytes per sample."""
    channels: int = 1

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return self.width * self.channels

    def seconds(self, size: int) -> float:
        """Return how long `size` bytes of this format play."""
        return size / (self.rate * self.frame_bytes)

    def size(self, seconds: float) -> int:
        """Return the bytes of whole frames that play for `seconds`."""
        return max(0, round(seconds * self.rate)) * self.frame_bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """The engine begins to speak the word at `offset` when `at_s` of the utterance's audio have played."""

    offset: int
    """Characters into the utterance's text."""
    at_s: float
    """Seconds from the utterance's first frame."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some whole frames of PCM, with the marks that came with them."""

    pcm: bytes
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class AudioStream:
    """One unchanging format and the chunks that arrive in it."""

    format: AudioFormat
    chunks: AsyncIterator[Chunk]
