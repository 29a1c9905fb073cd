"""What is known of a voice's pace, and what is not."""

import pytest

from wyoming_tts.synthesis.carrying_on.pace import CERTAIN_AFTER, MARGIN, UNKNOWN, VOICES, Paces


def taught(*ratios: float) -> Paces:
    paces = Paces()
    for ratio in ratios:
        paces.teach("v", 10 * ratio, 10)
    return paces


def test_of_an_unknown_voice_little_is_certain() -> None:
    assert Paces().bounds("v") == UNKNOWN
    assert taught(1.0).bounds("another") == UNKNOWN


def test_a_known_voice_lies_between_what_it_showed_and_a_margin() -> None:
    paces = taught(*[1.0] * CERTAIN_AFTER, 1.1)
    assert paces.is_known("v")
    assert [*paces.bounds("v")] == [pytest.approx(1.1 * (1 + MARGIN)), pytest.approx(1.0 * (1 - MARGIN))]


def test_one_utterance_narrows_the_bounds_a_little_and_never_inverts_them() -> None:
    one, two = taught(0.9).bounds("v"), taught(0.9, 0.9).bounds("v")
    assert UNKNOWN.slowest > one.slowest > two.slowest > 0.9 * (1 + MARGIN)
    assert not taught(0.9).is_known("v")
    slow = taught(2.0).bounds("v")
    assert slow.slowest == pytest.approx(2.0 * (1 + MARGIN))
    assert slow.fastest < slow.slowest


def test_the_last_eight_count() -> None:
    assert taught(1.3, *[1.0] * 8).bounds("v").slowest == pytest.approx(1 + MARGIN)


def test_short_audio_and_texts_without_words_teach_nothing() -> None:
    paces = Paces()
    paces.teach("v", 1.9, 1.0)
    paces.teach("v", 3.0, 0.0)
    assert paces.bounds("v") == UNKNOWN


def test_each_speed_is_learned_for_itself_and_an_unknown_voice_may_ignore_it() -> None:
    paces = taught(*[1.0] * 8)
    assert [*paces.bounds("v", speed=1.5)] == [pytest.approx(UNKNOWN.slowest * 1.5), UNKNOWN.fastest]
    assert [*paces.bounds("v", speed=0.5)] == [UNKNOWN.slowest, pytest.approx(UNKNOWN.fastest * 0.5)]


def test_the_voice_heard_longest_ago_is_forgotten_first() -> None:
    paces = taught(1.0)
    for number in range(VOICES - 1):
        paces.teach(f"v{number}", 10, 10)
    paces.teach("v", 10, 10)
    paces.teach("one more", 10, 10)
    assert paces.bounds("v") != UNKNOWN
    assert paces.bounds("v0") == UNKNOWN
