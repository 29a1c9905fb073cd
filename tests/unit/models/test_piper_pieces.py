"""Phonemes as ids, in pieces."""

from __future__ import annotations

import pytest
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP, phonemes_to_ids

from wyoming_tts.models.piper_pieces import FIRST_IDS, FURTHER_IDS, MOST_IDS, groups_of, pieces_of

IDS = DEFAULT_PHONEME_ID_MAP


def test_one_piece_is_what_the_engine_itself_makes() -> None:
    phonemes = list("ðə lamp, ☃iz on?")
    (piece,) = pieces_of(phonemes, IDS)
    assert list(piece.ids) == phonemes_to_ids([char for char in phonemes if char in IDS], IDS)
    assert piece.first
    assert [group for group, _ in piece.words] == [0, 1, 2, 3]
    assert groups_of(phonemes) == ["ðə", "lamp,", "☃iz", "on?"]
    assert [piece.ids[index] for _, index in piece.words] == [IDS[char][0] for char in "ðlio"]


def test_an_empty_sentence_is_no_piece() -> None:
    assert list(pieces_of([], IDS)) == []
    assert list(pieces_of(list("  "), IDS)) == []


@pytest.mark.parametrize("words", [60, 400, 4000])
def test_a_long_sentence_is_cut_between_words_into_a_short_piece_and_equal_ones(words: int) -> None:
    phonemes = list(" ".join(["abcde", "kl"] * (words // 2)))
    pieces = list(pieces_of(phonemes, IDS))
    assert [group for piece in pieces for group, _ in piece.words] == list(range(words))
    sizes = [len(piece.ids) for piece in pieces]
    assert max(sizes) < MOST_IDS + 20
    if len(sizes) > 1:
        assert sizes[0] < FIRST_IDS + 20
        assert max(sizes) < FURTHER_IDS + 20
        assert min(sizes[1:]) > 0.6 * max(sizes)
    assert [piece.first for piece in pieces] == [True, *[False] * (len(pieces) - 1)]
    for piece in pieces:
        assert piece.ids[:2] == (IDS["^"][0], IDS["_"][0])
        assert piece.ids[-1] == IDS["$"][0]
        assert {piece.ids[index] for _, index in piece.words} <= {IDS["a"][0], IDS["k"][0]}


def test_a_word_without_end_is_cut_all_the_same() -> None:
    pieces = list(pieces_of(["a"] * 5000, IDS))
    assert max(len(piece.ids) for piece in pieces) <= MOST_IDS + 3
    assert sum(len(piece.ids) - 3 for piece in pieces) == 2 * 5000
