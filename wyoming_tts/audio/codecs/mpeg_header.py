"""The four bytes in front of every MP3 frame."""

from __future__ import annotations

from dataclasses import dataclass

HEADER_BYTES = 4
_MPEG_1, _MPEG_RESERVED, _LAYER_3, _RATE_RESERVED, _SINGLE = 3, 1, 1, 3, 3
_KBPS_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True, slots=True)
class MpegHeader:
    """A frame of MPEG audio layer III (ISO/IEC 11172-3 and 13818-3, clause 2.4)."""

    frame_bytes: int
    """With the header."""
    rate: int
    samples: int
    """Of each channel."""
    channels: int
    version: int
    """3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5."""

    @classmethod
    def parse(cls, head: bytes) -> MpegHeader | None:
        """Return what the first four bytes say, None where they are no header of a frame whose length is known."""
        if len(head) < HEADER_BYTES or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
            return None
        version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
        kbps_index, rate_index = head[2] >> 4, head[2] >> 2 & 3
        if version == _MPEG_RESERVED or layer != _LAYER_3 or kbps_index in {0, 15} or rate_index == _RATE_RESERVED:
            return None
        kbps = (_KBPS_1 if version == _MPEG_1 else _KBPS_2)[kbps_index - 1]
        rate = _RATES_HZ[version][rate_index]
        samples = 1152 if version == _MPEG_1 else 576
        frame_bytes = samples // 8 * kbps * 1000 // rate + (head[2] >> 1 & 1)
        return cls(frame_bytes, rate, samples, 1 if head[3] >> 6 == _SINGLE else 2, version)

    def goes_with(self, other: MpegHeader) -> bool:
        """Whether both can stand in one stream."""
        return (self.version, self.rate, self.channels) == (other.version, other.rate, other.channels)

    @property
    def info_offset(self) -> int:
        """Where an encoder's `Xing` or `Info` stands in a frame that has no sound: behind the side information."""
        if self.version == _MPEG_1:
            return HEADER_BYTES + (17 if self.channels == 1 else 32)
        return HEADER_BYTES + (9 if self.channels == 1 else 17)
