"""Opus in Ogg (RFC 7845)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from wyoming_tts.audio.codecs.base import Codec
from wyoming_tts.audio.codecs.damage import CutShort, Damaged
from wyoming_tts.audio.codecs.libav import LibavDecoder
from wyoming_tts.audio.codecs.ogg import OggPage
from wyoming_tts.audio.codecs.trim import Trim
from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    from wyoming_tts.audio.codecs.inbox import Inbox

RATE_HZ = 48_000
"""Opus always decodes to that, whatever went in."""
MAX_PACKET_BYTES = 61_440
"""120 ms at the highest rate of the format; only a comment is longer, which nobody needs."""
_HEAD, _HEAD_BYTES = b"OpusHead", 19


class OpusCodec(Codec):
    """Also several streams one after the other. A stream that ends without its last page is taken as it is.

    A server that is cut off is noticed by the connection; one that never marks the last page would be blamed each time.
    """

    def __init__(self) -> None:
        self._decoder: LibavDecoder | None = None
        self._serial = 0
        self._headers_left = 0
        self._packets: deque[bytes] = deque()
        """Whole ones that have come."""
        self._unfinished: bytes | None = None
        """The beginning of a packet that goes on in the next page."""
        self._trim = Trim()
        self._position = 0
        """Samples heard of this stream."""
        self._skip = 0

    @property
    def format(self) -> AudioFormat | None:
        """Known with the head."""
        return AudioFormat(RATE_HZ) if self._decoder is not None else None

    def step(self, inbox: Inbox) -> bytes | None:
        """Decode one packet, or read one page."""
        if self._packets:
            return self._sound(self._packets.popleft())
        page = OggPage.take(inbox)
        if page is None:
            return None
        if page.first:
            self._begin(page)
        elif self._decoder is None or page.serial != self._serial:
            raise Damaged("an Ogg page of another stream")
        else:
            self._packets.extend(self._whole(page))
            if page.last:
                self._stop_at(page.position)
        return b""

    def end(self, inbox: Inbox) -> None:
        """Complain of half a page or packet."""
        if self._decoder is None:
            raise Damaged("no Opus in the Ogg stream")
        if len(inbox) or self._unfinished is not None:
            raise CutShort("half a page at the end")

    def _begin(self, page: OggPage) -> None:
        head = page.packets[0] if page.packets else b""
        if len(head) < _HEAD_BYTES or not head.startswith(_HEAD) or head[8] >> 4:
            raise Damaged("an Ogg stream without Opus")
        if head[18] or not 1 <= head[9] <= 2:
            raise Damaged("more than two channels")
        self._decoder = LibavDecoder("opus", extradata=head)  # which leaves out what the head says to skip
        self._serial = page.serial
        self._skip = int.from_bytes(head[10:12], "little")
        self._headers_left = 1
        self._trim, self._position, self._unfinished = Trim(), 0, None

    def _whole(self, page: OggPage) -> list[bytes]:
        """Return the packets that end in this page."""
        packets = list(page.packets)
        if page.continued and packets and self._unfinished is not None:
            packets[0] = self._unfinished + packets[0]
        self._unfinished = None
        if page.unfinished:
            # Of one that is too long, such as a comment with a picture, the end of the beginning is enough.
            self._unfinished = packets.pop()[: MAX_PACKET_BYTES + 1]
        if self._headers_left and packets:
            self._headers_left -= 1
            del packets[0]
        return packets

    def _stop_at(self, position: int) -> None:
        """Let nothing be heard behind the position of the last page; one that is behind us was never kept."""
        samples = position - self._skip - self._position
        if samples >= 0:
            self._trim.end_after(samples)

    def _sound(self, packet: bytes) -> bytes:
        if self._decoder is None:
            raise AssertionError("packets come after their head")
        if len(packet) > MAX_PACKET_BYTES:
            raise Damaged("an Opus packet of an impossible length")
        pcm = self._decoder.decode(packet)
        self._position += len(pcm) // 2
        return self._trim.cut(pcm)
