"""A seam falls and rises in ten milliseconds, whatever the chunks, and touches nothing else."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.audio.fade import Seam, fade_in, fade_out

SIZE = 20
LOUD = array("h", [10_000] * 50).tobytes()


def samples(pcm: bytes) -> list[int]:
    return array("h", pcm).tolist()


def through(seam: Seam, pcm: bytes, sizes: list[int], *, broken: bool) -> bytes:
    out, at = b"", 0
    for size in sizes:
        out += seam.feed(pcm[at : at + 2 * size])
        at += 2 * size
    out += seam.feed(pcm[at:])
    return out + (seam.broken() if broken else seam.finish())


def test_fading_is_a_straight_line() -> None:
    assert samples(fade_out(array("h", [1000] * 4).tobytes())) == [750, 500, 250, 0]
    assert samples(fade_in(array("h", [1000] * 4).tobytes())) == [0, 250, 500, 750]
    assert fade_out(b"") == fade_in(b"") == b""


@given(sizes=st.lists(st.integers(0, 15), max_size=10))
def test_a_voice_that_ends_in_order_is_not_touched(sizes: list[int]) -> None:
    assert through(Seam(SIZE, continues=False), LOUD, sizes, broken=False) == LOUD


@given(sizes=st.lists(st.integers(0, 15), max_size=10), continues=st.booleans())
def test_a_voice_that_breaks_off_falls_in_its_last_moment(sizes: list[int], continues: bool) -> None:  # noqa: FBT001 - drawn
    heard = samples(through(Seam(SIZE, continues=continues), LOUD, sizes, broken=True))
    assert len(heard) == 50
    assert heard[10 if continues else 0 : 40] == [10_000] * (30 if continues else 40)
    assert heard[40:] == [10_000 * left // 10 for left in range(9, -1, -1)]


@given(sizes=st.lists(st.integers(0, 15), max_size=10))
def test_a_voice_that_carries_on_rises_in_its_first_moment(sizes: list[int]) -> None:
    heard = samples(through(Seam(SIZE, continues=True), LOUD, sizes, broken=False))
    assert heard == [10_000 * at // 10 for at in range(10)] + [10_000] * 40


@pytest.mark.parametrize("continues", [True, False])
def test_a_voice_shorter_than_the_seam_is_heard_whole(continues: bool) -> None:  # noqa: FBT001 - a parameter of the table
    seam = Seam(SIZE, continues=continues)
    assert seam.feed(LOUD[:8]) == b""
    assert len(seam.broken()) == 8
    assert seam.broken() == b""
