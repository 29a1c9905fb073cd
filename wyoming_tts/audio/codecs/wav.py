"""RIFF/WAVE as it streams in: a header that cannot know the length, or one that does.

Chunks and fields: Microsoft's "Multimedia Programming Interface and Data Specifications 1.0" and WAVEFORMATEXTENSIBLE.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from wyoming_tts.audio.codecs.base import Codec
from wyoming_tts.audio.codecs.damage import CutShort, Damaged
from wyoming_tts.audio.codecs.raw import STEP_BYTES
from wyoming_tts.audio.codecs.sample_layout import Encoding, SampleLayout
from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.audio.codecs.inbox import Inbox

ENDLESS_BYTES = 0x7FFF_0000
"""From here on a length says that nobody knew it: 0xFFFFFFFF from ffmpeg, 0x7FFFF000 from eSpeak NG, some bytes less or
more from others. An utterance of 12 hours is none. 0 means the same: Python's `wave` writes it."""
MAX_CHUNKS = 1000
"""In front of the samples or behind them; a file has five."""
MAX_FMT_BYTES = 4096
_FORMS = (b"RIFF", b"RF64")
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


class WavCodec(Codec):
    """Also several files one after the other, as a server sends that makes one of each sentence."""

    def __init__(self) -> None:
        self._layout: SampleLayout | None = None
        self._left: int | None = 0
        """Bytes of this chunk still to come; None where nobody knows."""
        self._padding = 0
        self._chunks = 0
        self._begun = False
        """The samples have begun, at least once."""
        self._next: Callable[[Inbox], bytes | None] = self._form

    @property
    def format(self) -> AudioFormat | None:
        """As 16-bit mono; known where the samples begin."""
        return self._layout.mono16 if self._layout is not None and self._begun else None

    def step(self, inbox: Inbox) -> bytes | None:
        """Read a header, or convert some samples."""
        return self._next(inbox)

    def end(self, inbox: Inbox) -> None:
        """Complain of missing samples."""
        if self._layout is None or not self._begun:
            raise Damaged("a WAV header without an end")
        half = self._left is None and len(inbox)
        if half or (self._left or 0) >= self._layout.format.frame_bytes:
            raise CutShort("fewer samples than the WAV header says")

    def _form(self, inbox: Inbox) -> bytes | None:
        if len(inbox) < 12:
            return None
        form = inbox.take(12)
        if form[:4] not in _FORMS or form[8:] != b"WAVE":
            raise Damaged("a RIFF file that is no WAV")
        self._next = self._chunk
        return b""

    def _chunk(self, inbox: Inbox) -> bytes | None:
        head = inbox.peek(8)
        if len(head) < 8:
            return None
        if head[:4] in _FORMS and self._layout is not None:
            self._next = self._form
            return b""
        self._chunks += 1
        if self._chunks > MAX_CHUNKS:
            raise Damaged("a WAV header without an end")
        size = int.from_bytes(head[4:], "little")
        inbox.skip(8)
        if head[:4] == b"fmt ":
            if not 16 <= size <= MAX_FMT_BYTES:
                raise Damaged("a WAV header of an impossible length")
            self._left = size + size % 2
            self._next = self._fmt
        elif head[:4] == b"data":
            self._begin(size)
        else:
            inbox.skip(size + size % 2)
        return b""

    def _fmt(self, inbox: Inbox) -> bytes | None:
        size = self._left or 0
        if len(inbox) < size:
            return None
        layout = layout_of(inbox.take(size))
        if self._layout not in {None, layout}:
            raise Damaged("another format in the middle")
        self._layout = layout
        self._left = 0
        self._next = self._chunk
        return b""

    def _begin(self, size: int) -> None:
        if self._layout is None:
            raise Damaged("a WAV file that does not say its format")
        self._begun, self._chunks = True, 0
        self._left = size if 0 < size < ENDLESS_BYTES else None
        self._padding = size % 2
        self._next = self._data

    def _data(self, inbox: Inbox) -> bytes | None:
        layout, left = self._layout, self._left
        if layout is None:
            raise AssertionError("samples come after their format")
        if left is not None and left < layout.format.frame_bytes:
            inbox.skip(left + self._padding)
            self._left = 0
            self._next = self._chunk
            return b""
        size = min(len(inbox), STEP_BYTES, STEP_BYTES if left is None else left)
        size -= size % layout.format.frame_bytes
        if not size:
            return None
        if left is not None:
            self._left = left - size
        return layout.converted(inbox.take(size))


def layout_of(fmt: bytes) -> SampleLayout:
    """Return what the `fmt ` chunk of at least 16 bytes says; raises Damaged."""
    tag, channels, rate, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", fmt)
    if tag == _EXTENSIBLE and len(fmt) >= 26:
        tag = int.from_bytes(fmt[24:26], "little")  # the first field of the sub-format's GUID
    width, rest = divmod(frame_bytes, channels or 1)
    if rest or tag not in {_PCM, _FLOAT} or not 0 < bits <= 8 * width:
        raise Damaged("samples of an unknown kind")
    whole = Encoding.UNSIGNED if width == 1 else Encoding.SIGNED
    return SampleLayout(AudioFormat(rate, width, channels), Encoding.FLOAT if tag == _FLOAT else whole)
