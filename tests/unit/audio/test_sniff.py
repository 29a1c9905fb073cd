"""What a body is by its first bytes, and how few of them it takes."""

from __future__ import annotations

import pytest

from tests.fakes.encoded_audio import encoded, tone
from wyoming_tts.audio.sniff import Content, sniff


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (b"RIFF", Content.WAV),
        (b"RF64", Content.WAV),
        (b"OggS", Content.OGG),
        (b"fLaC", Content.FLAC),
        (b"ID3\4\0\0\0\0\0\0", Content.TAG),
        (b"ID3\x40\0\0\0\0\0\0", Content.PLAIN),
        (b"RIFX", Content.OTHER),
        (b"FORM", Content.OTHER),
        (b"\x1a\x45\xdf\xa3", Content.OTHER),
        (b"\0\0\0\x20ftyp", Content.OTHER),
        (b"\0", Content.PLAIN),
        (b"R\0", Content.PLAIN),
        (b"\xff\xff", None),
        (b"\xff\xff\xff\xff\xff\xff\xff", Content.PLAIN),
        (b'{"error": ', None),
        (b"R", None),
        (b"ID3", None),
        (b"\xff", None),
    ],
)
def test_the_first_bytes_tell(head: bytes, content: Content | None) -> None:
    assert sniff(head, ended=False) is content


@pytest.mark.parametrize(("name", "content"), [("mp3, with its delays", Content.MP3), ("aac", Content.AAC)])
def test_two_frames_in_a_row_tell(name: str, content: Content) -> None:
    data = encoded()[name].data
    said = [sniff(data[:size], ended=False) for size in range(1, 1200)]
    assert set(said) == {None, content}
    assert said == sorted(said, key=lambda one: one is not None), "once it is told it stays told"
    assert sniff(data[: said.index(content)], ended=True) is Content.PLAIN


@pytest.mark.parametrize(
    ("head", "content"),
    [(b"RIF", Content.TEXT), (b"\xff", Content.PLAIN), (b"ID3", Content.PLAIN), (b"Not found", Content.TEXT)],
)
def test_at_the_end_it_is_told_in_any_case(head: bytes, content: Content) -> None:
    assert sniff(head, ended=True) is content


def test_samples_are_told_at_once() -> None:
    assert sniff(tone()[:2], ended=False) is Content.PLAIN
