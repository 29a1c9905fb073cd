"""Samples of every kind, made 16-bit mono."""

from __future__ import annotations

import struct

import pytest

from wyoming_tts.audio.codecs.damage import Damaged
from wyoming_tts.audio.codecs.sample_layout import Encoding, SampleLayout
from wyoming_tts.speech.audio import AudioFormat

LOW, HIGH = -32768, 32767


def converted(raw: bytes, width: int, encoding: Encoding = Encoding.SIGNED, channels: int = 1) -> list[int]:
    pcm = SampleLayout(AudioFormat(16_000, width, channels), encoding).converted(raw)
    return list(struct.unpack(f"<{len(pcm) // 2}h", pcm))


@pytest.mark.parametrize(
    ("raw", "width", "encoding", "expected"),
    [
        (b"\x00\x80\xff", 1, Encoding.UNSIGNED, [LOW, 0, HIGH - 255]),
        (b"\x80\x00\x7f", 1, Encoding.SIGNED, [LOW, 0, HIGH - 255]),
        (struct.pack("<3h", LOW, 0, HIGH), 2, Encoding.SIGNED, [LOW, 0, HIGH]),
        (b"\0\0\x80" + b"\0\0\0" + b"\xff\xff\x7f", 3, Encoding.SIGNED, [LOW, 0, HIGH]),
        (struct.pack("<3i", -(2**31), 0, 2**31 - 1), 4, Encoding.SIGNED, [LOW, 0, HIGH]),
        (struct.pack("<5f", -1, 0, 1, -9e30, 7), 4, Encoding.FLOAT, [-HIGH, 0, HIGH, -HIGH, HIGH]),
        (struct.pack("<2d", -0.5, 0.25), 8, Encoding.FLOAT, [-16384, 8192]),
    ],
)
def test_each_kind_keeps_its_level(raw: bytes, width: int, encoding: Encoding, expected: list[int]) -> None:
    assert converted(raw, width, encoding) == expected


def test_channels_are_mixed_without_an_overflow() -> None:
    assert converted(struct.pack("<6h", HIGH, HIGH, LOW, LOW, 100, 300), 2, channels=2) == [HIGH, LOW, 200]
    assert converted(struct.pack("<6f", 1, 1, 1, 0.5, 0, -0.5), 4, Encoding.FLOAT, channels=3) == [HIGH, 0]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_damage(number: float) -> None:
    with pytest.raises(Damaged, match="no numbers"):
        converted(struct.pack("<2f", 0, number), 4, Encoding.FLOAT)


@pytest.mark.parametrize(
    ("format_", "encoding"),
    [
        (AudioFormat(3_999), Encoding.SIGNED),
        (AudioFormat(192_001), Encoding.SIGNED),
        (AudioFormat(16_000, channels=0), Encoding.SIGNED),
        (AudioFormat(16_000, channels=9), Encoding.SIGNED),
        (AudioFormat(16_000, 5), Encoding.SIGNED),
        (AudioFormat(16_000, 2), Encoding.UNSIGNED),
        (AudioFormat(16_000, 2), Encoding.FLOAT),
    ],
)
def test_what_no_audio_has_is_damage(format_: AudioFormat, encoding: Encoding) -> None:
    with pytest.raises(Damaged):
        SampleLayout(format_, encoding)
