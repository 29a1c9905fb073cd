"""Pages of an Ogg stream and the packets in them (RFC 3533)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.audio.codecs.damage import Damaged

if TYPE_CHECKING:
    from wyoming_tts.audio.codecs.inbox import Inbox

_HEADER_BYTES = 27
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class OggPage:
    """One page whose checksum is right."""

    continued: bool
    """It begins in the middle of a packet."""
    first: bool
    last: bool
    position: int
    """Samples of the stream up to here."""
    serial: int
    packets: tuple[bytes, ...]
    unfinished: bool
    """The last packet goes on in the next page."""

    @classmethod
    def take(cls, inbox: Inbox) -> OggPage | None:
        """Return the next page, None where it is not whole yet; raises Damaged."""
        head = inbox.peek(_HEADER_BYTES)
        if not head.startswith(b"OggS"[: len(head)]) or (len(head) > 4 and head[4]):
            raise Damaged("no Ogg page where one should be")
        if len(head) < _HEADER_BYTES:
            return None
        lacing = inbox.peek(head[26], start=_HEADER_BYTES)
        size = _HEADER_BYTES + head[26] + sum(lacing)
        if len(lacing) < head[26] or len(inbox) < size:
            return None
        page = inbox.take(size)
        if _checksum(page[:22] + bytes(4) + page[26:]) != int.from_bytes(page[22:26], "little"):
            raise Damaged("an Ogg page with a wrong checksum")
        return cls(
            continued=bool(head[5] & _CONTINUED),
            first=bool(head[5] & _FIRST),
            last=bool(head[5] & _LAST),
            position=int.from_bytes(head[6:14], "little", signed=True),
            serial=int.from_bytes(head[14:18], "little"),
            packets=_packets(page[_HEADER_BYTES + len(lacing) :], lacing),
            unfinished=bool(lacing) and lacing[-1] == 255,
        )


def _packets(body: bytes, lacing: bytes) -> tuple[bytes, ...]:
    packets, start, end = [], 0, 0
    for size in lacing:
        end += size
        if size < 255:
            packets.append(body[start:end])
            start = end
    if lacing and lacing[-1] == 255:
        packets.append(body[start:])
    return tuple(packets)


def _checksum(page: bytes) -> int:
    """Return Ogg's checksum by way of zlib's: the same polynomial with the bits the other way round."""
    reversed_sum = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reversed_sum:032b}"[::-1], 2)
