"""Bodies that were served as raw PCM and are something else: an error page, a JSON answer, an audio file."""

from __future__ import annotations

import codecs

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

_MPEG_1, _MPEG_RESERVED, _LAYER_3, _RATE_RESERVED = 3, 1, 1, 3
_KBPS_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MP3_HEADER_BYTES = 4


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
        if self._head and len(self._head) < TEXT_BYTES and _is_text(self._head, distinct=1):
            return Fault.TEXT
        return None

    def _beginning(self, head: bytes) -> Fault | None:
        if head.startswith(_MAGIC) or head[4:8] == b"ftyp":
            return Fault.CONTAINER
        if len(head) < TEXT_BYTES:
            return None
        if _is_text(head[:TEXT_BYTES]):
            return Fault.TEXT
        # Four bytes may look like an MP3 header by chance, so that the next frame must begin where this one says.
        frame_bytes = _mp3_frame_bytes(head)
        if frame_bytes is not None:
            after = head[frame_bytes : frame_bytes + _MP3_HEADER_BYTES]
            if len(after) < _MP3_HEADER_BYTES:
                return None
            if after[1] == head[1] and _mp3_frame_bytes(after) is not None:
                return Fault.CONTAINER
        self._head = None
        return None


def _has_text(seen: bytes, classes: bytes) -> bool:
    return any(
        classes.startswith(_TEXT_RUN, start) and len(set(seen[start : start + TEXT_BYTES])) >= DISTINCT_BYTES
        for start in range(0, len(seen) - TEXT_BYTES + 1, _GRID_BYTES)
    )


def _is_text(head: bytes, *, distinct: int = DISTINCT_BYTES) -> bool:
    """Whether the bytes are the beginning of a printable text in UTF-8; its last character may be incomplete."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return False
    return len(set(head)) >= distinct and "".join(text.split()).isprintable()


def _mp3_frame_bytes(header: bytes) -> int | None:
    """Return how long a frame of MPEG audio layer III is by its header (ISO/IEC 11172-3 and 13818-3, clause 2.4)."""
    if header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    kbps_index, rate_index = header[2] >> 4, header[2] >> 2 & 3
    if version == _MPEG_RESERVED or layer != _LAYER_3 or kbps_index in {0, 15} or rate_index == _RATE_RESERVED:
        return None
    kbps = (_KBPS_1 if version == _MPEG_1 else _KBPS_2)[kbps_index - 1]
    bytes_per_kbit = 144 if version == _MPEG_1 else 72
    return bytes_per_kbit * kbps * 1000 // _RATES_HZ[version][rate_index] + (header[2] >> 1 & 1)
