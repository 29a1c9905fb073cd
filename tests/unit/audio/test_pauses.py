"""Silences in speech, whatever pieces it comes in."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.audio.pauses import MOST_WINDOWS, PauseFinder
from wyoming_tts.speech.audio import AudioFormat

FORMAT = AudioFormat(8000)


def tone(seconds: float, level: int = 8000, rate: int = 8000) -> bytes:
    return array("h", [round(level * math.sin(index * 0.5)) for index in range(round(seconds * rate))]).tobytes()


def pauses(*pieces: bytes, rate: int = 8000) -> list[tuple[float, float]]:
    finder = PauseFinder(AudioFormat(rate))
    for piece in pieces:
        finder.feed(piece)
    return [(round(pause.start_s, 3), round(pause.end_s, 3)) for pause in finder.pauses()]


def test_nothing_has_no_pauses() -> None:
    assert pauses() == []
    assert pauses(b"\0") == []


def test_a_silence_of_60_ms_is_a_pause_and_a_shorter_one_is_not() -> None:
    assert pauses(tone(0.2), bytes(2 * 480), tone(0.2), bytes(2 * 400), tone(0.2)) == [(0.2, 0.26)]


def test_silence_at_both_ends_counts_and_so_does_what_is_all_silent() -> None:
    assert pauses(bytes(2 * 800), tone(0.2), bytes(2 * 1600)) == [(0.0, 0.1), (0.3, 0.5)]
    assert pauses(bytes(2 * 800)) == [(0.0, 0.1)]


@pytest.mark.parametrize("level", [500, 2000, 30000])
def test_quiet_is_what_is_quiet_beside_the_voice_itself(level: int) -> None:
    hiss = tone(0.1, level // 40)
    assert pauses(tone(0.5, level), hiss, tone(0.5, level)) == [(0.5, 0.6)]
    assert pauses(tone(0.5, level), tone(0.1, level // 10), tone(0.5, level)) == []


def test_a_click_makes_nothing_else_quiet() -> None:
    click = array("h", [32767, -32768]).tobytes()
    assert pauses(tone(0.5, 500), click, tone(0.5, 500), bytes(1600), tone(0.2, 500)) == [(1.01, 1.1)]


def test_the_lowest_sample_counts_as_loud() -> None:
    assert pauses(array("h", [-32768] * 8000).tobytes()) == []


@pytest.mark.parametrize("rate", [8000, 22050, 44100])
def test_times_are_right_at_any_rate(rate: int) -> None:
    finder = PauseFinder(AudioFormat(rate))
    finder.feed(tone(5, rate=rate) + bytes(AudioFormat(rate).size(0.2)) + tone(1, rate=rate))
    (pause,) = finder.pauses()
    assert pause.start_s == pytest.approx(5, abs=0.011)
    assert pause.length_s == pytest.approx(0.2, abs=0.021)


SPEECH = tone(0.3) + bytes(2 * 720) + tone(0.123, 3000) + tone(0.2, 150) + tone(0.15) + bytes(2 * 1000)


@given(st.lists(st.integers(0, len(SPEECH)), max_size=30).map(sorted))
def test_pieces_make_no_difference(cuts: list[int]) -> None:
    """Also such as part a sample."""
    pieces = [SPEECH[start:end] for start, end in pairwise([0, *cuts, len(SPEECH)])]
    assert pauses(*pieces) == pauses(SPEECH)
    assert len(pauses(SPEECH)) == 3


def test_memory_is_bounded() -> None:
    finder = PauseFinder(AudioFormat(100))
    finder.feed(bytes(2 * MOST_WINDOWS + 2000))
    finder.feed(bytes(2000))
    assert finder.pauses()[-1].end_s == pytest.approx(MOST_WINDOWS / 100)
    assert finder._held_bytes < 2


def test_what_nobody_asks_for_is_held_for_a_second_at_the_most() -> None:
    finder = PauseFinder(FORMAT)
    for _ in range(500):
        finder.feed(SPEECH[:640])
        assert sum(map(len, finder._held)) < FORMAT.size(1.0)
