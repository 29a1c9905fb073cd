"""What providers send, made PCM while it arrives."""

from __future__ import annotations

import random
import subprocess
import sys
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes.encoded_audio import NAMES, RATE_HZ, Encoded, by_libav, by_libsndfile, encoded, tone, wav
from wyoming_tts.audio.codecs.mpeg_header import MpegHeader
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.errors import BadAudio, NoAudio, SpeechCutOff
from wyoming_tts.speech.audio import AudioFormat

EDGE_BYTES, ODD_BYTES = 2_000, 97
ROOT = Path(__file__).parents[3]
RAW = AudioFormat(RATE_HZ)
JSON = b'{"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}'
HTML = b"\r\n<!DOCTYPE html>\r\n<html><head><title>502 Bad Gateway</title></head></html>"


def run(data: bytes, *, piece: int = 1_000_000, pcm: AudioFormat | None = None) -> tuple[Decoder, bytes]:
    decoder = Decoder("cloud", pcm=pcm)
    out = b"".join(decoder.feed(data[start : start + piece]) for start in range(0, len(data), piece))
    return decoder, out + decoder.end()


def run_by_bytes(file: Encoded, name: str, *, everywhere: bool) -> tuple[Decoder, bytes]:
    """Feed single bytes; where samples are not packed the middle, which is all alike, in pieces that fit no frame."""
    decoder, data, out = Decoder("cloud", pcm=file.pcm), file.data, b""
    packed = not name.startswith(("raw", "wav"))
    edge = len(data) if packed or everywhere else EDGE_BYTES
    starts = [*range(edge), *range(edge, len(data) - edge, ODD_BYTES), *range(max(edge, len(data) - edge), len(data))]
    for start, end in pairwise([*starts, len(data)]):
        out += decoder.feed(data[start:end])
    return decoder, out + decoder.end()


def heard(data: bytes, *, piece: int = 1_000_000, pcm: AudioFormat | None = None) -> bytes:
    return run(data, piece=piece, pcm=pcm)[1]


def first_sound(data: bytes, *, pcm: AudioFormat | None = None) -> int:
    """Return how many bytes had come when the first PCM left."""
    decoder = Decoder("cloud", pcm=pcm)
    return next(count for count in range(1, len(data) + 1) if decoder.feed(data[count - 1 : count]))


@pytest.mark.parametrize("piece", [1, 997, 1_000_000])
@pytest.mark.parametrize("name", NAMES)
def test_every_format_is_heard_as_others_hear_it_in_any_chunking(name: str, piece: int, *, soak: bool) -> None:
    file = encoded()[name]
    if piece == 1:
        decoder, pcm = run_by_bytes(file, name, everywhere=soak)
    else:
        decoder, pcm = run(file.data, piece=piece, pcm=file.pcm)
    assert decoder.format == AudioFormat(file.rate)
    assert len(pcm) == len(file.expected)
    pairs = zip(array("h", pcm), array("h", file.expected), strict=True)
    assert max(abs(ours - theirs) for ours, theirs in pairs) <= file.tolerance


def test_all_formats_have_a_name() -> None:
    assert set(NAMES) == set(encoded())


@pytest.mark.parametrize("name", ["wav", "flac", "mp3", "opus", "opus, long pages", "aac"])
def test_what_is_declared_raw_and_is_a_file_is_told(name: str) -> None:
    file = encoded()[name]
    assert heard(file.data, pcm=RAW) == heard(file.data)


@pytest.mark.parametrize("name", ["raw", "wav", "wav, FLOAT"])
def test_samples_leave_as_they_come(name: str) -> None:
    file = encoded()[name]
    frame_bytes = 4 if name == "wav, FLOAT" else 2
    assert first_sound(file.data, pcm=file.pcm) <= len(file.data) - len(tone()) * frame_bytes // 2 + frame_bytes


@pytest.mark.parametrize("name", ["mp3", "mp3, with its delays"])
def test_mp3_is_heard_one_frame_after_its_beginning(name: str) -> None:
    data = encoded()[name].data
    start = 45 if data.startswith(b"ID3") else 0
    frames = []
    for _ in range(4):
        header = MpegHeader.parse(data[start : start + 4])
        assert header is not None
        frames.append(start := start + header.frame_bytes)
    # One frame tells about the file and two are the silence that is left out, where the file says so.
    assert first_sound(data) <= (frames[0] + 4 if name == "mp3" else frames[3])


@pytest.mark.parametrize("name", ["opus", "opus, long pages"])
def test_opus_is_heard_with_its_first_page_of_sound(name: str) -> None:
    data = encoded()[name].data
    pages = [at for at in range(len(data)) if data.startswith(b"OggS", at)]
    assert first_sound(data) == pages[3]


def test_flac_is_heard_when_its_second_frame_begins() -> None:
    data = encoded()["flac"].data
    second = data.index(b"\xff\xf8", data.index(b"\xff\xf8") + 2)
    assert second < first_sound(data) <= second + 16


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"raw", "wav, endless", "wav, no size"}])
def test_a_file_cut_in_the_middle_is_cut_off(name: str) -> None:
    data = encoded()[name].data
    decoder = Decoder("cloud")
    decoder.feed(data[: len(data) * 2 // 3 + 1])
    with pytest.raises(SpeechCutOff) as caught:
        decoder.end()
    assert caught.value.provider == "cloud"


def test_a_file_cut_between_two_frames_is_cut_off_where_it_told_its_length() -> None:
    mp3, flac = encoded()["mp3, with its delays"].data, encoded()["flac, 24 bits"].data
    at = 0
    while at < len(mp3) // 2:
        header = MpegHeader.parse(mp3[at : at + 4])
        assert header is not None
        at += header.frame_bytes
    for data in (mp3[:at], flac[: flac.rindex(b"\xff\xf8")]):
        with pytest.raises(SpeechCutOff):
            heard(data)


@pytest.mark.parametrize("name", ["raw", "wav, endless", "wav, no size"])
def test_half_a_sample_at_the_end_is_cut_off(name: str) -> None:
    file = encoded()[name]
    with pytest.raises(SpeechCutOff):
        heard(file.data[:-1], pcm=file.pcm)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "raw"])
def test_a_head_without_sound_is_no_audio(name: str) -> None:
    with pytest.raises(BadAudio):
        heard(encoded()[name].data[:20])


@pytest.mark.parametrize("pcm", [None, RAW])
@pytest.mark.parametrize("text", [JSON, HTML, b"Not found", b"{}", b"\xef\xbb\xbf" + JSON, JSON * 1000])
@pytest.mark.parametrize("piece", [1, 1_000_000])
def test_a_text_is_bad_audio(text: bytes, pcm: AudioFormat | None, piece: int) -> None:
    with pytest.raises(BadAudio, match="text in place of audio"):
        heard(text, pcm=pcm, piece=piece)


@pytest.mark.parametrize(
    "data",
    [
        tone(),
        bytes(1000),
        random.Random(1).randbytes(5000),
        b"FORM\0\0\0\0AIFF",
        b"\x1a\x45\xdf\xa3webm",
        b"\0\0\0\x20ftypM4A ",
        by_libsndfile("OGG", "VORBIS"),
        b"ID3\4\0\0\0\0\0\x0a" + bytes(10),
        b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + tone(),
        b"\xff",
        b"fLaC\0\0\0\x10" + bytes(100),
        b"fLaC\0\0\0\x22" + bytes(34) + b"\0\0\0\0" * 1001,
        b"fLaC\x80\0\0\x22" + bytes(34) + b"\xff\xf8" + bytes(100),
    ],
)
def test_what_is_no_format_of_ours_is_bad_audio(data: bytes) -> None:
    with pytest.raises(BadAudio):
        heard(data)


@pytest.mark.parametrize("pcm", [None, RAW])
def test_nothing_is_no_audio(pcm: AudioFormat | None) -> None:
    with pytest.raises(NoAudio):
        heard(b"", pcm=pcm)


def test_a_header_by_chance_does_not_make_raw_samples_an_mp3() -> None:
    pcm = b"\xff\xfb\x90\x00" + tone()
    assert heard(pcm, pcm=RAW) == pcm
    assert heard(pcm[:100], pcm=RAW, piece=1) == pcm[:100]


@pytest.mark.parametrize("head", [b"R", b"RIF", b"ID", b"\xff", b"\x1a\x45", b"Hello"])
def test_raw_samples_that_begin_like_something_else_are_heard(head: bytes) -> None:
    pcm = head + b"\0" * (len(head) % 2) + tone()
    assert heard(pcm, pcm=RAW, piece=1) == pcm


@pytest.mark.parametrize("name", ["wav", "mp3", "mp3, with its delays", "opus", "aac"])
def test_several_files_in_a_row_are_heard_to_the_end(name: str) -> None:
    file = encoded()[name]
    assert len(heard(file.data * 3)) == pytest.approx(3 * len(file.expected), rel=0.02)


def test_an_mp3_behind_one_that_told_its_length_is_heard() -> None:
    first, second = encoded()["mp3, with its delays"], encoded()["mp3"]
    assert len(heard(first.data + second.data)) >= len(first.expected) + len(second.expected)


@pytest.mark.parametrize("first", ["mp3", "mp3, stereo", "mp3, 8 kHz"])
def test_another_rate_in_the_middle_is_bad_audio(first: str) -> None:
    second = by_libav("libmp3lame", "mp3", rate=16_000)
    with pytest.raises(BadAudio, match="another format"):
        heard(encoded()[first].data + second)


def test_a_tag_of_256_megabytes_is_passed_and_not_held() -> None:
    decoder = Decoder("cloud")
    decoder.feed(b"ID3\4\0\0\x7f\x7f\x7f\x7f")
    piece = bytes(2**20)
    for _ in range(2**28 // len(piece) - 1):
        assert decoder.feed(piece) == b""
        assert len(decoder._inbox) < 2**20
    with pytest.raises(BadAudio):
        decoder.end()


@pytest.mark.parametrize(
    "head", [b"\xff\xfb\x90\x00" + bytes(413), wav(b"", front=b"LIST\xff\xff\xff\xff"), b"fLaC\0\0\0\x22" + bytes(34)]
)
def test_a_head_without_an_end_takes_no_memory(head: bytes) -> None:
    decoder = Decoder("cloud")
    with pytest.raises(BadAudio):
        for start in range(40):
            decoder.feed(head if not start else bytes(2**17))
            assert len(decoder._inbox) < 2**21
        decoder.end()


@pytest.mark.parametrize("after", [b"TAG" + bytes(125), bytes(1000), b"ID3\4\0\0\0\0\0\x0a" + bytes(10)])
def test_what_stands_behind_an_mp3_is_passed(after: bytes) -> None:
    file = encoded()["mp3"]
    assert heard(file.data + after) == heard(file.data)


def test_many_places_that_look_like_a_frame_take_many_steps() -> None:
    data = encoded()["flac"].data
    start = data.index(b"\xff\xf8")
    decoder = Decoder("cloud")
    steps = sum(1 for _ in decoder.steps(data[: start + 16] + b"\xff\xf8" * 50_000))
    assert steps > 50_000 // 1000


def test_a_wav_header_of_many_chunks_is_bad_audio() -> None:
    with pytest.raises(BadAudio, match="without an end"):
        heard(wav(b"", front=b"junk\0\0\0\0" * 1001))


WITHOUT_CODECS = """
import sys
sys.modules["av"] = None
from wyoming_tts.audio.decode import CodecsMissing, Decoder
data = sys.stdin.buffer.read()
decoder = Decoder("cloud")
for ask in (decoder.prepare, lambda: decoder.feed(data)):
    try:
        ask()
    except CodecsMissing as error:
        print(error, error.retryable, error.heals)
"""


def test_without_the_extra_it_says_what_to_install() -> None:
    command = [sys.executable, "-c", WITHOUT_CODECS]
    data = encoded()["mp3"].data
    result = subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=True)
    asked_ahead, fed = result.stdout.decode().splitlines()
    assert "needs the extra `codecs`" in asked_ahead
    assert fed == "cloud is not available (sends MP3 audio, which needs the extra `codecs`) False False"


PLAIN = """
import sys
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.speech.audio import AudioFormat
assert Decoder("cloud", pcm=AudioFormat(24000)).feed(bytes(100)) == bytes(100)
assert not {"numpy", "av"} & set(sys.modules)
"""


def test_plain_samples_need_no_library() -> None:
    subprocess.run([sys.executable, "-c", PLAIN], cwd=ROOT, check=True)
