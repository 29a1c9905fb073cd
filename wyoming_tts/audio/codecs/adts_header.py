"""The seven bytes in front of every frame of AAC that streams."""

from __future__ import annotations

from dataclasses import dataclass

HEADER_BYTES = 7
_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)


@dataclass(frozen=True, slots=True)
class AdtsHeader:
    """A frame of AAC in ADTS (ISO/IEC 13818-7, clause 6.2)."""

    frame_bytes: int
    """With the header."""
    kind: tuple[int, int, int]
    """Version and profile, index of the rate, channels: what stays the same from frame to frame."""

    @classmethod
    def parse(cls, head: bytes) -> AdtsHeader | None:
        """Return what the first seven bytes say, None where they are no header."""
        if len(head) < HEADER_BYTES or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
            return None
        rate_index = head[2] >> 2 & 15
        channels = (head[2] & 1) << 2 | head[3] >> 6
        frame_bytes = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        if rate_index >= len(_RATES_HZ) or not channels or frame_bytes <= HEADER_BYTES:
            return None
        return cls(frame_bytes, ((head[1] & 0xFE) << 8 | head[2] >> 6, rate_index, channels))

    def goes_with(self, other: AdtsHeader) -> bool:
        """Whether both can stand in one stream."""
        return self.kind == other.kind
