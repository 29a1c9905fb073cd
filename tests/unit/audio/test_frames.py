"""PCM bytes in pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.audio.frames import pieces
from wyoming_tts.speech.audio import AudioFormat

STEREO = AudioFormat(48000, 2, 2)


@given(st.integers(0, 50), st.integers(1, 7))
def test_pieces_join_to_the_whole_and_none_is_longer_or_empty(frames: int, size: int) -> None:
    pcm = bytes(range(4 * frames))
    cut = list(pieces(pcm, STEREO, frames=size))
    assert b"".join(cut) == pcm
    assert all(0 < len(piece) <= 4 * size and len(piece) % 4 == 0 for piece in cut)
