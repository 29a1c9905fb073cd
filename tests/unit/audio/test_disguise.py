"""Texts and files in place of raw samples."""

from __future__ import annotations

import json
import math
from array import array

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wyoming_tts.audio.disguise import Disguise
from wyoming_tts.audio.fault import Fault

HTML = b"<!doctype html>\r\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"
JSON = json.dumps({"error": {"message": "The quota is used up, see your plan and your bills.", "code": 429}}).encode()
CHINESE = json.dumps({"错误": "您的额度已经用完了。请稍后再试。或者联系客服。"}, ensure_ascii=False).encode()
SPEECH = array("h", (round(9000 * math.sin(n / 9) * math.sin(n / 700)) for n in range(4000))).tobytes()


def mp3(*, header: bytes = b"\xff\xfb\x90\x00", frame_bytes: int = 417, frames: int = 3) -> bytes:
    return (header + bytes(frame_bytes - 4)) * frames


FILES = {
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + SPEECH,
    "ogg": b"OggS\0\2" + SPEECH,
    "flac": b"fLaC\0\0\0\x22" + SPEECH,
    "id3": b"ID3\4\0\0" + SPEECH,
    "webm": b"\x1a\x45\xdf\xa3\x01" + SPEECH,
    "mp4": b"\0\0\0\x20ftypM4A " + SPEECH,
    "mp3, 44,100 Hz, 128 kbit/s": mp3(),
    "mp3, 24,000 Hz, 64 kbit/s, padded": mp3(header=b"\xff\xf3\x86\xc0", frame_bytes=193),
    "mp3, 8,000 Hz, 8 kbit/s": mp3(header=b"\xff\xe3\x18\xc0", frame_bytes=72),
}


def fault_of(pcm: bytes, sizes: list[int] | None = None) -> Fault | None:
    """Return what a Disguise says of the bytes in chunks of these sizes, and of the rest in one."""
    disguise = Disguise()
    at = 0
    for size in [*(sizes or []), len(pcm)]:
        piece, at = pcm[at : at + size], at + size
        fault = disguise.see(piece)
        if fault is not None:
            return fault
    return disguise.end()


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_no_raw_audio(name: str) -> None:
    assert fault_of(FILES[name]) is Fault.CONTAINER


@pytest.mark.parametrize("text", [HTML, JSON, CHINESE, b"\xef\xbb\xbf" + JSON, b"Not found.", b"{}", HTML * 50])
def test_a_text_is_no_audio(text: bytes) -> None:
    assert fault_of(text) is Fault.TEXT


@pytest.mark.parametrize("before", [1000, 1001, 1007, 4000])
def test_a_text_behind_good_audio_is_found(before: int) -> None:
    assert fault_of(SPEECH[:before] + HTML) is Fault.TEXT


@pytest.mark.parametrize(
    "pcm",
    [
        b"",
        SPEECH,
        bytes(200),
        b"\xff\xff" * 100,
        b"ab" * 200,  # a constant
        b"\xff\xfb\x90\x00" + SPEECH,  # an MP3 header by chance
        mp3(frames=1),
        mp3(header=b"\xff\xfb\x00\x00"),  # no bit rate
        mp3(header=b"\xff\xfb\xf0\x00"),
        mp3(header=b"\xff\xfb\x9c\x00"),  # no sampling rate
        mp3(header=b"\xff\xeb\x90\x00"),  # no version
        mp3(header=b"\xff\xfd\x90\x00"),  # another layer
        mp3(header=b"\xff\x1b\x90\x00"),
        mp3()[:417] + b"\xff\xf3\x90\x00" + SPEECH,  # two that do not belong together
        b"ID3\x40" + SPEECH,
        SPEECH + HTML[:60],
        "räuspern".encode("latin-1") + SPEECH,
    ],
)
def test_audio_is_audio(pcm: bytes) -> None:
    assert fault_of(pcm) is None


@pytest.mark.parametrize(
    "pcm", [*FILES.values(), HTML, CHINESE, SPEECH, *(SPEECH[:at] + HTML[:66] + SPEECH for at in (1000, 1008))]
)
@given(st.lists(st.integers(0, 120), max_size=30))
@example([2] * 1000)
@example([50] * 20)
def test_the_chunking_does_not_matter(pcm: bytes, sizes: list[int]) -> None:
    assert fault_of(pcm, sizes) is fault_of(pcm)


@pytest.mark.parametrize("pcm", [*FILES.values(), HTML, CHINESE])
def test_it_is_undecided_until_the_verdict(pcm: bytes) -> None:
    disguise = Disguise()
    for at in range(0, len(pcm), 2):
        assert disguise.undecided
        if disguise.see(pcm[at : at + 2]):
            return
    pytest.fail("no verdict")


def test_it_soon_knows_that_audio_is_audio() -> None:
    disguise = Disguise()
    disguise.see(SPEECH[:64])
    assert not disguise.undecided
    disguise.see(SPEECH[64:1000])
    assert not disguise.undecided
    disguise.see(HTML[:40])
    assert disguise.undecided
    disguise.see(SPEECH[1000:1100])
    assert not disguise.undecided
