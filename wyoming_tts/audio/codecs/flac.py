"""FLAC, each frame as soon as the next one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.audio.codecs.base import Codec
from wyoming_tts.audio.codecs.damage import CutShort, Damaged
from wyoming_tts.audio.codecs.flac_header import MAX_HEADER_BYTES, SYNC_BYTES, FlacHeader
from wyoming_tts.audio.codecs.libav import LibavDecoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.audio.codecs.inbox import Inbox
    from wyoming_tts.speech.audio import AudioFormat

MAX_FRAME_BYTES = 1024 * 1024
"""A frame of 4,096 samples of speech has 5 kB; the largest that the format can say has 2 MB and is no speech."""
CANDIDATES_AT_ONCE = 500
"""Places that look like the next frame, in one step; in real sound there is none or one."""
MAX_BLOCKS = 1000
"""Of facts in front of the sound; a file has three."""
_MAGIC_BYTES = 4
_STREAMINFO, _STREAMINFO_BYTES, _FORBIDDEN = 0, 34, 127


class FlacCodec(Codec):
    """The native container. A frame does not say its length: the next one's header ends it."""

    def __init__(self) -> None:
        self._decoder: LibavDecoder | None = None
        self._header: FlacHeader | None = None
        """Of the frame that is coming."""
        self._searched = SYNC_BYTES
        """How far into that frame no other one begins."""
        self._looking = False
        """There is more to be looked through."""
        self._blocks = 0
        self._announced = 0
        """Samples in all; 0 for not known."""
        self._decoded = 0
        self._next: Callable[[Inbox], bytes | None] = self._magic

    @property
    def format(self) -> AudioFormat | None:
        """Known with the first frame."""
        return self._decoder.format if self._decoder is not None else None

    def step(self, inbox: Inbox) -> bytes | None:
        """Read some facts, or decode one frame."""
        return self._next(inbox)

    def end(self, inbox: Inbox) -> None:
        """Complain of samples that were announced and did not come."""
        if self.format is None:
            raise Damaged("no whole frame")
        if len(inbox) or self._decoded < self._announced:
            raise CutShort("fewer samples than the FLAC says")

    def _magic(self, inbox: Inbox) -> bytes | None:
        if len(inbox) < _MAGIC_BYTES:
            return None
        inbox.skip(_MAGIC_BYTES)
        self._next = self._block
        return b""

    def _block(self, inbox: Inbox) -> bytes | None:
        head = inbox.peek(4)
        if len(head) < 4:
            return None
        last, kind, size = head[0] >> 7, head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if self._decoder is None:
            if (kind, size) != (_STREAMINFO, _STREAMINFO_BYTES):
                raise Damaged("a FLAC file without its first block")
            if len(inbox) < 4 + size:
                return None
            inbox.skip(4)
            info = inbox.take(size)
            self._announced = int.from_bytes(info[13:18], "big") & 0xF_FFFF_FFFF
            self._decoder = LibavDecoder("flac", extradata=info)
        else:
            self._blocks += 1
            if kind == _FORBIDDEN or self._blocks > MAX_BLOCKS:
                raise Damaged("a FLAC header without an end")
            inbox.skip(4 + size)
        if last:
            self._next = self._frame
        return b""

    def _frame(self, inbox: Inbox) -> bytes | None:
        if self._header is None:
            head = inbox.peek(MAX_HEADER_BYTES)
            if len(head) < MAX_HEADER_BYTES and not inbox.ended:
                return None
            self._header = FlacHeader.parse(head)
            if self._header is None:
                if not head:
                    return None
                raise Damaged("no FLAC frame where one should be")
        following = self._following(inbox, self._header)
        if following is None:
            if self._looking:
                return b""
            if not inbox.ended or not len(inbox):
                return None
        frame = inbox.take(len(inbox) if following is None else self._searched)
        self._header, self._searched = following, SYNC_BYTES
        return self._sound(frame, last=following is None)

    def _following(self, inbox: Inbox, header: FlacHeader) -> FlacHeader | None:
        """Return the header of the next frame, which then begins at `_searched`; None where it has not been found."""
        sync = inbox.peek(SYNC_BYTES)
        self._looking = False
        for _ in range(CANDIDATES_AT_ONCE):
            at = inbox.find(sync, self._searched)
            if at > MAX_FRAME_BYTES or (at < 0 and len(inbox) > MAX_FRAME_BYTES):
                raise Damaged("a FLAC frame without an end")
            if at < 0:
                self._searched = max(SYNC_BYTES, len(inbox) - SYNC_BYTES + 1)
                return None
            self._searched = at
            head = inbox.peek(MAX_HEADER_BYTES, start=at)
            if len(head) < MAX_HEADER_BYTES and not inbox.ended:
                return None
            following = FlacHeader.parse(head)
            if following is not None and following.follows(header):
                return following
            self._searched += 1
        self._looking = True
        return None

    def _sound(self, frame: bytes, *, last: bool) -> bytes:
        if self._decoder is None:
            raise AssertionError("frames come after their facts")
        try:
            pcm = self._decoder.decode(frame)
        except Damaged as error:
            if last and self._decoded:
                raise CutShort("half a frame at the end") from error
            raise
        self._decoded += len(pcm) // 2
        return pcm
