"""Tags round an MP3."""

import pytest

from wyoming_tts.audio.codecs.tag import tag_bytes


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"ID3\4\0\0\0\0\1\2", 10 + 130),
        (b"ID3\3\0\0\x7f\x7f\x7f\x7f", 10 + 2**28 - 1),
        (b"ID3\4\0\x10\0\0\0\5", 10 + 5 + 10),
        (b"ID3\x40\0\0\0\0\1\2", None),
        (b"ID3\4\0\0\0\0\1\x80", None),
        (b"ID3\4\0\0\0\0\1", None),
        (b"TAGtitle..", 128),
        (b"\xff\xfb\x90\0\0\0\0\0\0\0", None),
    ],
)
def test_its_length_is_read(head: bytes, expected: int | None) -> None:
    assert tag_bytes(head) == expected
