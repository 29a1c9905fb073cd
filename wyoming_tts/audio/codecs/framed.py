"""Formats in which every frame says its length: MP3, and AAC in ADTS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from wyoming_tts.audio.codecs.adts_header import AdtsHeader
from wyoming_tts.audio.codecs.base import Codec
from wyoming_tts.audio.codecs.damage import CutShort, Damaged
from wyoming_tts.audio.codecs.libav import LibavDecoder
from wyoming_tts.audio.codecs.tag import HEAD_BYTES, tag_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from wyoming_tts.audio.codecs.inbox import Inbox
    from wyoming_tts.speech.audio import AudioFormat


class FrameHeader(Protocol):
    """What stands in front of a frame."""

    @property
    def frame_bytes(self) -> int:
        """With the header."""

    def goes_with(self, other: Self) -> bool:
        """Whether both can stand in one stream."""


H = TypeVar("H", bound=FrameHeader)


class FramedCodec(Codec, Generic[H]):
    """Decodes each frame as soon as it is whole, with nothing held back."""

    def __init__(self, codec: str, parse: Callable[[bytes], H | None]) -> None:
        """`codec` is FFmpeg's name of it; `parse` reads a header. Raises ImportError."""
        self._decoder = LibavDecoder(codec)
        self._parse = parse
        self._header: H | None = None

    @property
    def format(self) -> AudioFormat | None:
        """Known with the first frame."""
        return self._decoder.format

    def step(self, inbox: Inbox) -> bytes | None:
        """Decode one frame."""
        head = inbox.peek(HEAD_BYTES)
        header = self._parse(head)
        if header is None:
            return self._between(inbox, head)
        if self._header is not None and not header.goes_with(self._header):
            raise Damaged("another format in the middle")
        if len(inbox) < header.frame_bytes:
            return None
        self._header = header
        return self.sound(header, inbox.take(header.frame_bytes))

    def sound(self, header: H, frame: bytes) -> bytes:  # noqa: ARG002 - some look at it
        """Return what is heard of a frame."""
        return self._decoder.decode(frame)

    def end(self, inbox: Inbox) -> None:
        """Complain of half a frame, or of none at all."""
        if self.format is None:
            raise Damaged("no whole frame")
        if len(inbox):
            raise CutShort("half a frame at the end")

    def _between(self, inbox: Inbox, head: bytes) -> bytes | None:
        """Pass a tag, as in front of each of several files in a row, or zeros; anything else is damage."""
        if len(head) < HEAD_BYTES:
            if not inbox.ended or any(head):
                return None
            size = len(head)
        else:
            size = tag_bytes(head) or (0 if any(head) else HEAD_BYTES)
            if not size:
                raise Damaged("something else between the frames")
        inbox.skip(size)
        return b"" if size else None


def adts_codec() -> FramedCodec[AdtsHeader]:
    """Return a codec for AAC; raises ImportError."""
    return FramedCodec("aac", AdtsHeader.parse)
