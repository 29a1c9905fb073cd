"""Where words begin, and when all was said, out of times of characters."""

from __future__ import annotations

import pytest

from wyoming_tts.adapters.remote.elevenlabs.alignment import Alignment, Timed, timed_of
from wyoming_tts.speech.audio import Mark

STEP_S = 0.1


def timed(chars: str, first_s: float = 0.0) -> Timed:
    starts = tuple(first_s + STEP_S * number for number in range(len(chars)))
    return Timed(tuple(chars), starts, starts[-1] + STEP_S)


def marks(alignment: Alignment, *stretches: tuple[str, float, float]) -> list[tuple[int, float]]:
    """Take stretches: characters, time told for the first, audio heard before."""
    found = [mark for chars, first_s, heard_s in stretches for mark in alignment.take(timed(chars, first_s), heard_s)]
    return [(mark.offset, round(mark.at_s, 3)) for mark in found]


def test_each_word_is_marked_where_its_first_sign_begins() -> None:
    assert marks(Alignment("I say: (now)!"), ("I say: (now)! ", 0, 0)) == [(0, 0.0), (2, 0.2), (7, 0.7)]


def test_blanks_at_either_end_and_between_do_not_matter() -> None:
    alignment = Alignment("  Two\n words")
    assert marks(alignment, (" Two words ", 0, 0)) == [(2, 0.1), (7, 0.5)]
    assert alignment.is_complete(2.0)


def test_a_word_may_be_told_in_two_stretches() -> None:
    alignment = Alignment("We're going there")
    assert marks(alignment, ("We're going t", 0, 0), ("here ", 1.3, 1.3)) == [(0, 0.0), (6, 0.6), (12, 1.2)]


def test_times_that_begin_again_count_from_the_audio_they_came_with() -> None:
    assert marks(Alignment("One two"), ("One ", 0, 0), ("two ", 0, 0.5)) == [(0, 0.0), (4, 0.5)]


def test_a_text_that_is_told_again_from_its_beginning_marks_only_what_is_new() -> None:
    alignment = Alignment("One two three")
    assert marks(alignment, ("One tw", 0, 0), ("One two three ", 0, 0.6)) == [(0, 0.0), (4, 0.4), (8, 0.8)]
    assert alignment.is_complete(1.4)


def test_a_text_that_repeats_itself_is_not_taken_for_told_again() -> None:
    alignment = Alignment("ha ha ha")
    assert marks(alignment, ("ha ", 0, 0), ("ha ", 0.3, 0.3), ("ha ", 0.6, 0.6)) == [(0, 0.0), (3, 0.3), (6, 0.6)]


def test_scripts_without_blanks_are_marked_at_every_letter() -> None:
    assert marks(Alignment("你好。"), ("你好。 ", 0, 0)) == [(0, 0.0), (1, 0.1)]


def test_it_is_complete_only_with_the_audio_of_the_last_character() -> None:
    alignment = Alignment("Now")
    assert not alignment.is_complete(5.0)
    alignment.take(timed("Now "), 0.0)
    assert alignment.all_told
    assert not alignment.is_complete(0.2)
    assert alignment.is_complete(0.4)


@pytest.mark.parametrize("chars", ["Other", "Now and more than that"])
def test_characters_of_another_text_make_it_lost(chars: str) -> None:
    alignment = Alignment("Now")
    assert alignment.take(timed(chars), 0.0) == []
    assert alignment.lost
    assert not alignment.is_known
    assert not alignment.is_complete(9.0)


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {"chars": []},
        {"chars": ["a"], "charStartTimesMs": [], "charDurationsMs": [1]},
        {"chars": ["a"], "charStartTimesMs": [0]},
        {"chars": ["a"], "charStartTimesMs": ["x"], "charDurationsMs": [1]},
        {"chars": ["a", "b"], "charStartTimesMs": [5, 1], "charDurationsMs": [1, 1]},
        {"chars": ["a"], "charStartTimesMs": [-5], "charDurationsMs": [1]},
        {"chars": ["a"], "charStartTimesMs": [0], "charDurationsMs": [float("inf")]},
        {"chars": ["a"], "charStartTimesMs": [float("nan")], "charDurationsMs": [1]},
        {"chars": ["a"], "charStartTimesMs": [10**400], "charDurationsMs": [1]},
        {"chars": ["a"], "charStartTimesMs": [0], "charDurationsMs": [10**400]},
        {"characters": "a", "character_start_times_seconds": [10**400], "character_end_times_seconds": [1]},
        {"characters": "a", "character_start_times_seconds": [0], "character_end_times_seconds": [10**400]},
        {"characters": "a", "character_start_times_seconds": [0], "character_end_times_seconds": None},
    ],
)
def test_times_that_make_no_sense_are_none(told: object) -> None:
    assert timed_of(told) is None


def test_both_shapes_tell_the_same() -> None:
    socket = {"chars": ["H", "i"], "charStartTimesMs": [0, 100], "charDurationsMs": [100, 50]}
    http = {
        "characters": ["H", "i"],
        "character_start_times_seconds": [0, 0.1],
        "character_end_times_seconds": [0.1, 0.15],
    }
    for told in (timed_of(socket), timed_of(http)):
        assert told is not None
        assert (told.chars, told.starts_s) == (("H", "i"), (0.0, 0.1))
        assert told.end_s == pytest.approx(0.15)
        assert Alignment("Hi").take(told, 0.0) == [Mark(0, 0.0)]
