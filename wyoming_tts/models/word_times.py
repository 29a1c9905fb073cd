"""Which word of a text each group of phonemes belongs to.

An engine makes phonemes of a whole text: it says some words in one breath (`out of the`), others in several (`21`), and
all of them a little differently than alone. So each word is made into phonemes alone, too, and both are laid side by
side. A word is found where a breath begins with what it sounds like alone.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from wyoming_tts.models.alignment import BETWEEN, align
from wyoming_tts.models.piper_pieces import groups_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Place = tuple[int, int]
"""A sentence, and a group of phonemes in it."""
# Ideographs stand without blanks between them, and each is read by itself.
_IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORDS = re.compile(rf"[{_IDEOGRAPH}]|[^\s{_IDEOGRAPH}]+")
# Stress and length differ between a word alone and among others.
_NO_SOUNDS = frozenset("\u02c8\u02cc\u02d0\u02b2")
MOST_CHANGED = 0.5
"""Of a word's sounds: `has` is /haz/ alone and /hez/ among others; with more it may be another word."""


class WordTimes:
    """The words of one text as one voice says it."""

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sequence[str]],
        alone: Callable[[str], str] | None,
    ) -> None:
        """`alone` returns the phonemes of a word by itself; None where the phonemes are the characters of the text."""
        self._words = [(found.start(), found[0]) for found in _WORDS.finditer(text)]
        self._text = text
        self._sentences = sentences
        self._alone = alone

    @property
    def first(self) -> int:
        """Offset of the text's first word."""
        return self._words[0][0] if self._words else 0

    def offset(self, place: Place) -> int | None:
        """Return the offset of the word that begins there; None where none does for sure."""
        return self._found.get(place)

    def not_after(self, place: Place) -> int:
        """Return the offset of a word that begins there or before, and none after it is sure to have begun."""
        earlier = max((offset for known, offset in self._found.items() if known < place), default=-1)
        later = bisect_right([offset for offset, _ in self._words], earlier)
        return self._words[min(later, len(self._words) - 1)][0] if self._words else 0

    @cached_property
    def _found(self) -> dict[Place, int]:
        found = self._by_characters() if self._alone is None else self._by_sound(self._alone)
        return found | {(0, 0): self.first}

    def _by_characters(self) -> dict[Place, int]:
        """Where each character is its own phoneme there is nothing to guess; the engine cuts at blanks only."""
        words = [found.start() for found in re.finditer(f"[^{BETWEEN}]+", self._text)]
        return {(0, number): offset for number, offset in enumerate(words)}

    def _by_sound(self, alone: Callable[[str], str]) -> dict[Place, int]:
        spoken, places = "", dict[int, Place]()
        for number, sentence in enumerate(self._sentences):
            for group, phonemes in enumerate(groups_of(sentence)):
                places[len(spoken)] = (number, group)
                spoken += BETWEEN + _sounds(phonemes)
        expected, spans = "", list[tuple[int, int, int]]()
        for offset, word in self._words:
            said = "".join(BETWEEN + _sounds(group) for group in groups_of(alone(word)))
            if said.strip():
                spans.append((offset, len(expected), len(expected) + len(said)))
                expected += said
        found: dict[Place, int] = {}
        alignment = align(expected, spoken)
        for offset, start, end in spans:
            place = places.get(alignment.partners[start])
            sounds = len(expected[start:end].replace(BETWEEN, ""))
            if place is not None and alignment.changed(start, end) <= MOST_CHANGED * sounds:
                found[place] = offset
        return found


def _sounds(phonemes: str) -> str:
    """Return what is heard: no stress, no length, no punctuation."""
    plain = unicodedata.normalize("NFD", phonemes)
    return "".join(char for char in plain if char.isalpha() and char not in _NO_SOUNDS)
