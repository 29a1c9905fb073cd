"""PCM bytes in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.speech.audio import AudioFormat


def pieces(pcm: bytes, format_: AudioFormat, *, frames: int) -> Iterator[bytes]:
    """Yield the PCM in pieces of `frames` frames; the last one may be shorter."""
    size = frames * format_.frame_bytes
    for start in range(0, len(pcm), size):
        yield pcm[start : start + size]
