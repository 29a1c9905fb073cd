"""The frame without sound with which an encoder begins an MP3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wyoming_tts.audio.codecs.mpeg_header import MpegHeader

_MARKS = (b"Xing", b"Info")
_FRAMES, _BYTES, _TOC, _QUALITY = 1, 2, 4, 8
_FIELD_BYTES = {_FRAMES: 4, _BYTES: 4, _TOC: 100, _QUALITY: 4}
_ENCODERS = (b"LAME", b"Lavf", b"Lavc")
_DELAYS_OFFSET = 21
DECODER_DELAY = 529
"""Samples by which every decoder of layer III is late."""


@dataclass(frozen=True, slots=True)
class Mp3Info:
    """What it says (the Xing header, and LAME's extension of it)."""

    frames: int
    """Frames of sound to come; 0 for not known."""
    skip_samples: int = 0
    """Silence in front."""
    samples: int | None = None
    """Of sound; None for not known."""

    @classmethod
    def parse(cls, header: MpegHeader, frame: bytes) -> Mp3Info | None:
        """Return None for a frame with sound."""
        at = header.info_offset
        if frame[at : at + 4] not in _MARKS or len(frame) < at + 8:
            return None
        flags = int.from_bytes(frame[at + 4 : at + 8], "big")
        at += 8
        frames = int.from_bytes(frame[at : at + 4], "big") if flags & _FRAMES else 0
        at += sum(size for flag, size in _FIELD_BYTES.items() if flags & flag)
        delays = frame[at + _DELAYS_OFFSET : at + _DELAYS_OFFSET + 3]
        if not frame[at:].startswith(_ENCODERS) or len(delays) < 3:
            return cls(frames)
        delay, padding = delays[0] << 4 | delays[1] >> 4, (delays[1] & 15) << 8 | delays[2]
        samples = frames * header.samples - delay - padding
        return cls(frames, delay + DECODER_DELAY, samples if frames and samples > 0 else None)
