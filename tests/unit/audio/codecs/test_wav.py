"""WAV headers as they are found in the wild."""

from __future__ import annotations

import struct

import pytest

from tests.fakes.encoded_audio import tone, wav
from wyoming_tts.audio.codecs.damage import Damaged
from wyoming_tts.audio.codecs.sample_layout import Encoding
from wyoming_tts.audio.codecs.wav import layout_of
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.errors import BadAudio, SpeechCutOff
from wyoming_tts.speech.audio import AudioFormat

PCM = tone()[:12_000]
LIST = b"LIST\x1a\0\0\0INFOISFT\x0e\0\0\0Lavf61.7.100\0\0"


def heard(data: bytes, *, piece: int = 1_000_000) -> bytes:
    decoder = Decoder("cloud")
    out = b"".join(decoder.feed(data[start : start + piece]) for start in range(0, len(data), piece))
    return out + decoder.end()


@pytest.mark.parametrize("piece", [1, 1_000_000])
@pytest.mark.parametrize(
    "data",
    [
        wav(PCM, size=0xFFFFFFFF),
        wav(PCM, size=0xFFFFFFFF - 36),
        wav(PCM, size=0x7FFFF000),  # as eSpeak NG writes it
        wav(PCM, front=LIST),
        wav(PCM, front=b"odd \3\0\0\0abc\0" + LIST),
        wav(PCM, front=b"fact\4\0\0\0\0\0\0\0"),
        wav(PCM) + LIST,
        wav(PCM) + b"trailing rubbish",
        b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<I", 28) + bytes(28) + wav(PCM, size=0xFFFFFFFF)[12:],
        wav(PCM[:1000]) + wav(PCM[1000:]),
        wav(PCM[:1000]) + LIST + wav(PCM[1000:], size=0),
        wav(PCM[:1000]) + wav(PCM[1000:])[36:],  # another chunk of samples in the same file
    ],
)
def test_every_sample_is_heard_and_nothing_else(data: bytes, piece: int) -> None:
    assert heard(data, piece=piece) == PCM


def test_an_odd_length_is_padded() -> None:
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    one = b"RIFF\0\0\0\0WAVE" + fmt + b"data\3\0\0\0\x80\x80\x80\0"
    assert len(heard(one + one)) == 12
    assert len(heard(one[:-1])) == 6, "the padding may be missing at the end"


def test_a_frame_that_does_not_fit_the_length_is_left_out() -> None:
    assert heard(wav(PCM + b"\1", size=len(PCM) + 1)) == PCM


@pytest.mark.parametrize("missing", [2, 1000, len(PCM)])
def test_missing_samples_are_a_cut(missing: int) -> None:
    with pytest.raises(SpeechCutOff):
        heard(wav(PCM)[:-missing])


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF\0\0\0\0AVI LIST",
        wav(PCM)[:12] + wav(PCM)[36:],  # samples without a format
        wav(PCM)[:36],
        wav(PCM, tag=0x55),  # MP3 within
        wav(PCM, rate=1000),
        wav(PCM, front=b"fmt \xff\xff\0\0"),
        wav(PCM[:1000]) + wav(PCM[1000:], rate=16_000),
    ],
)
def test_a_header_that_makes_no_sense_is_bad_audio(data: bytes) -> None:
    with pytest.raises(BadAudio):
        heard(data)


def test_an_extensible_format_names_its_kind_at_the_end() -> None:
    fmt = struct.pack("<HHIIHHHHI", 0xFFFE, 2, 48_000, 48_000 * 8, 8, 32, 22, 32, 3)
    layout = layout_of(fmt + b"\3\0" + bytes(14))
    assert (layout.format, layout.encoding) == (AudioFormat(48_000, 4, 2), Encoding.FLOAT)
    assert layout_of(fmt + b"\1\0" + bytes(14)).encoding is Encoding.SIGNED
    with pytest.raises(Damaged):
        layout_of(fmt)


def test_20_bits_lie_in_three_bytes() -> None:
    assert layout_of(struct.pack("<HHIIHH", 1, 1, 16_000, 48_000, 3, 20)).format == AudioFormat(16_000, 3)


@pytest.mark.parametrize(
    ("channels", "frame_bytes", "bits"), [(0, 2, 16), (2, 3, 8), (1, 2, 0), (1, 2, 24), (9, 18, 16)]
)
def test_numbers_that_contradict_each_other_are_damage(channels: int, frame_bytes: int, bits: int) -> None:
    with pytest.raises(Damaged):
        layout_of(struct.pack("<HHIIHH", 1, channels, 16_000, 0, frame_bytes, bits))
