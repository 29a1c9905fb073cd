"""Whatever the width and the channels, the same sound comes out."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.foreign_server import ForeignServer, Script, tone
from wyoming_tts.audio.plain_pcm import PlainPcm
from wyoming_tts.speech.audio import AudioFormat

TEXT = "A tone."


def made(width: int, channels: int) -> bytes:
    return ForeignServer(Script(width=width, channels=channels), "").pcm(TEXT)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_the_samples_are_those_that_were_meant(width: int, channels: int) -> None:
    reader = PlainPcm(AudioFormat(16_000, width, channels))
    assert reader.format == AudioFormat(16_000)
    heard = array("h", reader.feed(made(width, channels)))
    meant = [sample & ~0xFF if width == 1 else sample for sample in tone(TEXT, Script())]
    assert heard.tolist() == meant


@given(
    width=st.integers(1, 4),
    channels=st.integers(1, 3),
    cuts=st.lists(st.integers(0, 200), max_size=20),
)
def test_pieces_of_any_size_make_the_same_whole_frames(width: int, channels: int, cuts: list[int]) -> None:
    format_ = AudioFormat(8_000, width, channels)
    pcm = made(width, channels)[: 203 * format_.frame_bytes + 1]
    reader = PlainPcm(format_)
    pieces = [reader.feed(pcm[begin:end]) for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), None], strict=True)]
    assert b"".join(pieces) == PlainPcm(format_).feed(pcm)
    assert [piece for piece in pieces if len(piece) % 2] == []


def test_opposite_channels_are_silence_and_the_loudest_do_not_overflow() -> None:
    stereo = PlainPcm(AudioFormat(8_000, 2, 2))
    assert array("h", stereo.feed(array("h", [500, -500, 32_767, 32_767, -32_768, -32_768]).tobytes())).tolist() == [
        0,
        32_767,
        -32_768,
    ]


def test_16_bit_mono_is_handed_on_as_it_is() -> None:
    pcm = bytes(range(64))
    assert PlainPcm(AudioFormat(8_000)).feed(pcm) is pcm


def test_no_other_width_is_one() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        PlainPcm(AudioFormat(8_000, 5))
