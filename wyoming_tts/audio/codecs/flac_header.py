"""What stands in front of every frame of FLAC (RFC 9639, section 9.1)."""

from __future__ import annotations

from dataclasses import dataclass

MAX_HEADER_BYTES = 16
SYNC_BYTES = 2
_SYNCS = (b"\xff\xf8", b"\xff\xf9")
_SMALL_BLOCKS = {1: 192, **{code: 144 << code for code in range(2, 6)}, **{code: 1 << code for code in range(8, 16)}}
_RATE_TAIL_BYTES = {12: 1, 13: 2, 14: 2}
_CRC8_POLYNOMIAL = 0x07


@dataclass(frozen=True, slots=True)
class FlacHeader:
    """One whose checksum is right."""

    variable: bool
    """`number` counts samples and not frames."""
    number: int
    samples: int

    @classmethod
    def parse(cls, head: bytes) -> FlacHeader | None:
        """Return what the bytes say, None where they are no header; 16 of them are enough to tell."""
        if len(head) < 6 or head[:SYNC_BYTES] not in _SYNCS or head[3] & 1:
            return None
        block, rate = head[2] >> 4, head[2] & 15
        number = _number(head[4:])
        if number is None or not block or rate == 15:
            return None
        at = 4 + number[1]
        samples = _SMALL_BLOCKS.get(block, 0)
        if not samples:
            size = block - 5
            samples = int.from_bytes(head[at : at + size], "big") + 1
            at += size
        at += _RATE_TAIL_BYTES.get(rate, 0)
        if at >= len(head) or _crc8(head[:at]) != head[at]:
            return None
        return cls(bool(head[1] & 1), number[0], samples)

    def follows(self, other: FlacHeader) -> bool:
        """Whether this is the frame right behind the other."""
        step = other.samples if other.variable else 1
        return (self.variable, self.number) == (other.variable, other.number + step)


def _number(coded: bytes) -> tuple[int, int] | None:
    """Return a number written like a character of UTF-8, with up to seven bytes, and how many it took."""
    ones = f"{coded[0]:08b}".find("0")
    if ones == 0:
        return coded[0], 1
    if ones in {-1, 1} or len(coded) < ones or any(byte >> 6 != 2 for byte in coded[1:ones]):
        return None
    number = coded[0] & (0x7F >> ones)
    for byte in coded[1:ones]:
        number = number << 6 | byte & 0x3F
    return number, ones


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 ^ (_CRC8_POLYNOMIAL if crc & 0x80 else 0)
        crc &= 0xFF
    return crc
