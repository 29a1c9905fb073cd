"""Texts of the length that is asked for, and one sentence where it is to be one."""

from __future__ import annotations

import pytest
from sentence_stream import SentenceBoundaryDetector

from benchmarks.texts import SHORTEST, answer_of, sentence_of, sentences_of, unpunctuated


def split(text: str) -> list[str]:
    """As wyoming-piper does it."""
    detector = SentenceBoundaryDetector()
    return [*detector.add_chunk(text), *filter(None, [detector.finish()])]


@pytest.mark.parametrize("chars", [SHORTEST, 40, 80, 160, 200, 300])
def test_a_sentence_is_one_and_as_long_as_asked(chars: int) -> None:
    for seed in range(5):
        text = sentence_of(chars, seed=seed)
        assert len(text) == chars
        assert split(text) == [text]


def test_every_length_can_be_had() -> None:
    assert [len(sentence_of(chars)) for chars in range(SHORTEST, 200)] == list(range(SHORTEST, 200))


def test_three_sentences_are_as_long_together() -> None:
    text = sentences_of(3, 200)
    assert len(text) == 200
    assert len(split(text)) == 3


def test_a_long_answer_has_sentences_of_many_lengths() -> None:
    text = answer_of(2000)
    assert len(text) == 2000
    assert len({len(sentence) for sentence in split(text)}) > 5


def test_another_seed_is_another_text_and_the_same_one_is_not() -> None:
    assert len({sentence_of(200, seed=seed) for seed in range(50)}) == 50
    assert answer_of(500, seed=1) == answer_of(500, seed=1)


def test_no_mark_stands_in_an_unpunctuated_text() -> None:
    text = unpunctuated(4000)
    assert len(text) == 4000
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz ")
