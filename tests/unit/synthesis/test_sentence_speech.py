"""Speech of several sentences, cut where one ends and the next begins for sure."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest

from tests.fakes.pcm_adapter import syllables
from wyoming_tts.speech.audio import AudioFormat, Mark
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.store.stored_speech import StoredSpeech
from wyoming_tts.synthesis.sentence_speech import BACK_S, by_sentence

RATE = 16_000
FORMAT = AudioFormat(RATE)
TEXT = "Good morning to all. It is half past seven. Bye!"
STARTS = (0, 21, 44)
SAYING = Utterance(TEXT, "anna", sentence_starts=STARTS)
FIRST, SECOND, THIRD = syllables(1.0, 6000), syllables(1.5, 6000, seed=2), syllables(0.5, 6000, seed=3)
PAUSE = array("h", [20, -20] * (RATE // 10)).tobytes()
"""0.2 s that are nearly silent."""
PCM = FIRST + PAUSE + SECOND + PAUSE + THIRD + PAUSE
MARKS = (Mark(0, 0.0), Mark(5, 0.4), Mark(21, 1.2), Mark(24, 1.5), Mark(44, 2.9))
SPEECH = StoredSpeech(FORMAT, PCM, MARKS)
WHOLE = [(TEXT, SPEECH)]


def test_each_sentence_gets_its_own_audio_and_marks() -> None:
    assert by_sentence(SAYING, SPEECH) == [
        ("Good morning to all.", StoredSpeech(FORMAT, FIRST + PAUSE, (Mark(0, 0.0), Mark(5, 0.4)))),
        (
            "It is half past seven.",
            StoredSpeech(FORMAT, SECOND + PAUSE, (Mark(0, 0.0), Mark(3, pytest.approx(0.3)))),  # type: ignore[arg-type]
        ),
        ("Bye!", StoredSpeech(FORMAT, THIRD + PAUSE, (Mark(0, 0.0),))),
    ]


def test_a_time_within_the_sound_leads_back_to_the_pause_before() -> None:
    late = tuple(replace(mark, at_s=mark.at_s + 0.04) if mark.offset == 21 else mark for mark in MARKS)
    parts = by_sentence(SAYING, replace(SPEECH, marks=late))
    assert len(parts) == 3
    assert abs(len(parts[0][1].pcm) - len(FIRST + PAUSE)) <= FORMAT.size(BACK_S) // 2
    assert b"".join(part.pcm for _, part in parts) == PCM


def test_one_sentence_is_the_whole() -> None:
    assert by_sentence(Utterance(TEXT, "anna"), SPEECH) == WHOLE


@pytest.mark.parametrize(
    "marks",
    [
        (),
        MARKS[:4],
        tuple(mark for mark in MARKS if mark.offset != 21),
        (Mark(0, 0.0), Mark(21, 1.2), Mark(44, 1.1)),
        (Mark(0, 0.0), Mark(21, 0.63), Mark(44, 2.9)),
        (Mark(0, 0.0), Mark(21, 0.0), Mark(44, 2.9)),
        (Mark(0, 0.0), Mark(21, 1.2), Mark(44, 9.9)),
        (Mark(0, 0.0), Mark(21, 1.2), Mark(44, 1.35)),
        (Mark(0, 0.0), Mark(21, 1.01), Mark(44, 1.19)),
    ],
    ids=[
        "none",
        "none for the last",
        "none for the second",
        "backwards",
        "in the middle of a sound",
        "at the very beginning",
        "behind the end",
        "in the middle of another",
        "only silence for the second",
    ],
)
def test_where_one_border_is_not_plain_the_whole_stays_whole(marks: tuple[Mark, ...]) -> None:
    speech = replace(SPEECH, marks=marks)
    assert by_sentence(SAYING, speech) == [(TEXT, speech)]


@pytest.mark.parametrize("starts", [(), (5, 21), (0, 21, 21), (0, 44, 21), (0, 21, len(TEXT)), (0, 21, 999)])
def test_starts_that_are_none_change_nothing(starts: tuple[int, ...]) -> None:
    assert by_sentence(replace(SAYING, sentence_starts=starts), SPEECH) == WHOLE


def test_too_little_audio_for_a_sentence_is_some_other_sound() -> None:
    text = "Good morning to all. " + "It goes on and on and on, for much longer than that. " * 3 + "Bye!"
    asked = Utterance(text, "anna", sentence_starts=(0, 21, len(text) - 4))
    speech = replace(SPEECH, marks=(Mark(0, 0.0), Mark(21, 1.2), Mark(len(text) - 4, 2.9)))
    assert by_sentence(asked, speech) == [(text, speech)]
    assert len(by_sentence(replace(asked, prosody=Prosody(4.0)), speech)) == 3


def test_silence_is_no_sentence() -> None:
    silence = array("h", [20, -20] * RATE).tobytes()
    speech = StoredSpeech(FORMAT, FIRST + silence + THIRD, (Mark(0, 0.0), Mark(21, 1.1), Mark(44, 3.0)))
    assert by_sentence(SAYING, speech) == [(TEXT, speech)]


def test_other_formats_are_left_alone() -> None:
    wide = StoredSpeech(AudioFormat(RATE, 4), PCM, MARKS)
    assert by_sentence(SAYING, wide) == [(TEXT, wide)]
    short = StoredSpeech(FORMAT, PCM[:4], MARKS)
    assert by_sentence(SAYING, short) == [(TEXT, short)]
