"""Phonemes of a sentence as ids, in pieces that a network can take at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BEGIN, END, PAD = "^", "$", "_"
BETWEEN_WORDS = " "
MOST_IDS = 600
"""A network's memory grows with the square of its ids: 1,000 characters take a whole one 1.6 GB. These are what 300
characters make, which is all the server ever sends, so that its sentences stay in one piece."""
FIRST_IDS, FURTHER_IDS = 160, 400
"""Of a sentence that has to be cut: its listener waits for the first piece, and others wait while one is read."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a network is given at once."""

    ids: tuple[int, ...]
    words: tuple[tuple[int, int], ...]
    """Of each group of phonemes that stands alone: its number in the sentence, and the index of its first id."""
    first: bool
    """The sentence begins here."""


def groups_of(phonemes: Sequence[str]) -> list[str]:
    """Return the phonemes that are spoken in one breath: a word as a rule, sometimes several, sometimes half a one."""
    return [group for group in "".join(phonemes).split(BETWEEN_WORDS) if group]


def pieces_of(phonemes: Sequence[str], id_map: Mapping[str, Sequence[int]], most: int = MOST_IDS) -> Iterator[Piece]:
    """Yield the sentence, or pieces of about the same length behind a short one, cut between words where there are any.

    The ids are those of `piper.phoneme_ids`: a begin, an end, a pad behind everything else, unknown phonemes left out.
    """
    begin = [*id_map[BEGIN], *id_map[PAD]]
    left = sum(_size(phoneme, id_map) for phoneme in phonemes)
    share: float = left + 1 if left <= most else FIRST_IDS
    ids, words, sounds, first = list(begin), list[tuple[int, int]](), False, True
    group, outside = -1, True
    for phoneme in phonemes:
        between = phoneme == BETWEEN_WORDS
        made = len(ids) - len(begin)
        if sounds and made >= share and (between or made >= most):
            yield Piece((*ids, *id_map[END]), tuple(words), first)
            ids, words, sounds, first = list(begin), [], False, False
            left -= made
            share = left / max(1, -(-left // FURTHER_IDS))
        if outside and not between:
            group += 1
            words.append((group, len(ids)))
        outside = between
        sounds = sounds or not between
        if phoneme in id_map:
            ids += [*id_map[phoneme], *id_map[PAD]]
    if sounds:
        yield Piece((*ids, *id_map[END]), tuple(words), first)


def _size(phoneme: str, id_map: Mapping[str, Sequence[int]]) -> int:
    return len(id_map[phoneme]) + len(id_map[PAD]) if phoneme in id_map else 0
