"""Small operations on PCM bytes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.audio.frames import gain, pieces, silence, split_whole, to_mono_s16
from wyoming_tts.speech.audio import AudioFormat

STEREO = AudioFormat(48000, 2, 2)
MONO = AudioFormat(16000)


def s16(*samples: int) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)


@given(st.binary(max_size=64))
def test_splitting_loses_nothing_and_leaves_less_than_a_frame(pcm: bytes) -> None:
    whole, rest = split_whole(pcm, STEREO)
    assert whole + rest == pcm
    assert len(whole) % 4 == 0
    assert len(rest) < 4


@given(st.integers(0, 50), st.integers(1, 7))
def test_pieces_join_to_the_whole_and_none_is_longer_or_empty(frames: int, size: int) -> None:
    pcm = bytes(range(4 * frames))
    cut = list(pieces(pcm, STEREO, frames=size))
    assert b"".join(cut) == pcm
    assert all(0 < len(piece) <= 4 * size and len(piece) % 4 == 0 for piece in cut)


def test_silence_lasts_as_long_as_asked() -> None:
    pcm = silence(STEREO, 0.1)
    assert STEREO.seconds(len(pcm)) == pytest.approx(0.1)
    assert not any(pcm)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (1.0, (100, -200, 32767, -32768)),
        (0.5, (50, -100, 16384, -16384)),
        (2.0, (200, -400, 32767, -32768)),
        (0.0, (0,) * 4),
    ],
)
def test_gain_scales_and_clips(factor: float, expected: tuple[int, ...]) -> None:
    assert gain(s16(100, -200, 32767, -32768), factor) == s16(*expected)


@pytest.mark.parametrize(
    ("pcm", "format_", "expected"),
    [
        (s16(1, -2, 3), AudioFormat(8000), (1, -2, 3)),
        (s16(100, 200, -300, -100, 32767, 32767), AudioFormat(8000, 2, 2), (150, -200, 32767)),
        (bytes([0x01, 0x80, 0x7F]), AudioFormat(8000, 1, 1), (0x100, -0x8000, 0x7F00)),
        (b"\xff\x34\x12\x00\x00\x80", AudioFormat(8000, 3, 1), (0x1234, -0x8000)),
        (struct.pack("<2i", 0x12345678, -(2**31)), AudioFormat(8000, 4, 1), (0x1234, -0x8000)),
        (bytes([0x02, 0x04]), AudioFormat(8000, 1, 2), (0x300,)),
        (b"", AudioFormat(8000, 3, 2), ()),
    ],
)
def test_every_width_becomes_16_bit_mono(pcm: bytes, format_: AudioFormat, expected: tuple[int, ...]) -> None:
    assert to_mono_s16(pcm, format_) == s16(*expected)


def test_an_unknown_width_is_refused() -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        to_mono_s16(bytes(8), AudioFormat(8000, 8, 1))
