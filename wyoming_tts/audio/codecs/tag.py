"""ID3 tags round the frames of an MP3."""

from __future__ import annotations

HEAD_BYTES = 10
_ID3V1_BYTES = 128


def tag_bytes(head: bytes) -> int | None:
    """Return how long the tag is that begins here, None where none does; ten bytes are enough to tell.

    ID3v2.4, clause 3.1: the length has seven bits in each byte, and a footer is not counted.
    """
    if head.startswith(b"ID3") and len(head) >= HEAD_BYTES and 2 <= head[3] <= 4 and max(head[6:10]) < 0x80:
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        return HEAD_BYTES + size + (HEAD_BYTES if head[5] & 0x10 else 0)
    if head.startswith(b"TAG"):
        return _ID3V1_BYTES
    return None
