"""What an encoder says of its MP3."""

from __future__ import annotations

import pytest

from wyoming_tts.audio.codecs.mp3_info import DECODER_DELAY, Mp3Info
from wyoming_tts.audio.codecs.mpeg_header import MpegHeader

HEAD = b"\xff\xfb\x90\xc0"
DELAYS = b"\x24\x04\x80"
"""576 samples in front, 1152 behind."""


def frame(info: bytes, head: bytes = HEAD) -> tuple[MpegHeader, bytes]:
    header = MpegHeader.parse(head)
    assert header is not None
    return header, (head + bytes(header.info_offset - 4) + info).ljust(header.frame_bytes, b"\0")


def lame(flags: int, fields: bytes) -> bytes:
    return b"Xing" + flags.to_bytes(4, "big") + fields + b"LAME3.100" + bytes(12) + DELAYS


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (b"", None),
        (b"VBRI", None),
        (b"Xing\0\0\0\0", Mp3Info(0)),
        (b"Info\0\0\0\1\0\0\0\x64", Mp3Info(100)),
        (lame(0, b""), Mp3Info(0, 576 + DECODER_DELAY)),
        (lame(1, b"\0\0\0\x64"), Mp3Info(100, 576 + DECODER_DELAY, 100 * 1152 - 576 - 1152)),
        (lame(15, b"\0\0\0\x64" + bytes(108)), Mp3Info(100, 576 + DECODER_DELAY, 100 * 1152 - 576 - 1152)),
        (lame(1, b"\0\0\0\1"), Mp3Info(1, 576 + DECODER_DELAY)),
    ],
)
def test_frames_and_silence_are_read(info: bytes, expected: Mp3Info | None) -> None:
    assert Mp3Info.parse(*frame(info)) == expected


@pytest.mark.parametrize("head", [b"\xff\xfb\x90\x00", b"\xff\xf3\x86\xc0", b"\xff\xf3\x86\x00"])
def test_it_stands_behind_the_side_information(head: bytes) -> None:
    assert Mp3Info.parse(*frame(b"Info\0\0\0\1\0\0\0\5", head)) == Mp3Info(5)


def test_one_that_is_cut_is_sound() -> None:
    header, data = frame(b"")
    assert Mp3Info.parse(header, data[: header.info_offset] + b"Info\0") is None
