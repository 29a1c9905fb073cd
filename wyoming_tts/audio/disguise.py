"""Bodies that were served as raw PCM and are something else: an error page, a JSON answer, an audio file."""

from __future__ import annotations

import codecs

from wyoming_tts.audio.codecs.mpeg_header import HEADER_BYTES, MpegHeader
from wyoming_tts.audio.fault import Fault

TEXT_BYTES = 64
"""As much text in a row is no accident: 32 samples in sequence with both bytes printable."""
DISTINCT_BYTES = 9
"""Text has more letters than that; a constant or an alternation between two values has fewer."""
_GRID_BYTES = 16
"""Text in the middle is looked for at every 16th byte of the stream, so that the chunking does not matter."""
_CARRIED_BYTES = TEXT_BYTES + _GRID_BYTES

_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_IS_PRINTABLE = bytes(int(byte in _PRINTABLE) for byte in range(256))
_TEXT_RUN = b"\1" * TEXT_BYTES

_MAGIC = (b"RIFF", b"RIFX", b"RF64", b"FORM", b"OggS", b"fLaC", b"\x1a\x45\xdf\xa3", b"ID3\2", b"ID3\3", b"ID3\4")


class Disguise:
    """Looks at the bytes of a stream of PCM in any chunking."""

    def __init__(self) -> None:
        self._head: bytes | None = b""
        """The beginning, until it is known what it is."""
        self._carried = b""
        """The end of what was seen, from a place of the grid on."""
        self._in_text = False

    @property
    def undecided(self) -> bool:
        """What was seen last may yet prove to be something else."""
        return self._head is not None or self._in_text

    def see(self, pcm: bytes) -> Fault | None:
        """Look at the next bytes; return what is wrong with them."""
        if self._head is not None:
            self._head += pcm
            fault = self._beginning(self._head)
            if fault is not None:
                return fault
        seen = self._carried + pcm
        classes = seen.translate(_IS_PRINTABLE)
        if _TEXT_RUN in classes and _has_text(seen, classes):
            return Fault.TEXT
        self._in_text = classes.endswith(_TEXT_RUN[: TEXT_BYTES // 2])
        keep = max(0, len(seen) - _CARRIED_BYTES)
        self._carried = seen[keep - keep % _GRID_BYTES :]
        return None

    def end(self) -> Fault | None:
        """Return what is wrong with a stream that ended before it was long enough to tell."""
        if self._head and len(self._head) < TEXT_BYTES and is_text(self._head, distinct=1):
            return Fault.TEXT
        return None

    def _beginning(self, head: bytes) -> Fault | None:
        if head.startswith(_MAGIC) or head[4:8] == b"ftyp":
            return Fault.CONTAINER
        if len(head) < TEXT_BYTES:
            return None
        if is_text(head[:TEXT_BYTES]):
            return Fault.TEXT
        # Four bytes may look like an MP3 header by chance, so that the next frame must begin where this one says.
        header = MpegHeader.parse(head)
        if header is not None:
            after = head[header.frame_bytes : header.frame_bytes + HEADER_BYTES]
            if len(after) < HEADER_BYTES:
                return None
            following = MpegHeader.parse(after)
            if following is not None and following.goes_with(header):
                return Fault.CONTAINER
        self._head = None
        return None


def _has_text(seen: bytes, classes: bytes) -> bool:
    return any(
        classes.startswith(_TEXT_RUN, start) and len(set(seen[start : start + TEXT_BYTES])) >= DISTINCT_BYTES
        for start in range(0, len(seen) - TEXT_BYTES + 1, _GRID_BYTES)
    )


def is_text(head: bytes, *, distinct: int = DISTINCT_BYTES) -> bool:
    """Whether the bytes are the beginning of a printable text in UTF-8; its last character may be incomplete."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return False
    return len(set(head)) >= distinct and "".join(text.split()).isprintable()
