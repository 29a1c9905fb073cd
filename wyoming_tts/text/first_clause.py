"""The first clause of a text: enough to begin to speak with."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from wyoming_tts.text.clauses import clause_starts
from wyoming_tts.text.utterances import speech_seconds
from wyoming_tts.text.words import word_starts

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_S = 1.5
"""Less speech than this is over before what follows it is ready, and `Well,` alone sounds like a mistake."""
REST_S = 1.0
"""So much has to be left of a sentence that is known to its end, or it is said in one breath."""
MANY_WORDS_S = 7.0
"""As much is said without a pause only where somebody writes without commas: then words are enough."""
ENOUGH_S = 5.0
"""Of them, at the most: some 75 letters."""
OPENERS = 2
"""Quotes and brackets before a first word."""
LOOKED_AT_CHARS = 400
"""Of a beginning: several times what is said first."""
SHORT_WORD, LONG_WORD = 4, 4
"""Letters. What belongs together mostly begins with a short word (and, to, is, de, und, que) behind a longer one."""


def first_clause(text: str, *, ended: bool) -> int:
    """Return how many characters of `text` may be said first, up to a word; 0 where it is better said as a whole.

    `ended` says that nothing of the sentence is yet to come.
    """
    for start in clause_starts(text):
        seconds = speech_seconds(text[:start].rstrip())
        if seconds > MANY_WORDS_S:
            break
        if seconds >= SHORTEST_S:
            return start if not ended or speech_seconds(text[start:]) >= REST_S else 0
    return _enough_words(text) if speech_seconds(text) >= MANY_WORDS_S else 0


def _enough_words(text: str) -> int:
    """Return where a stretch of words without a sign may be parted best, and not late; 0 where no blanks part words."""
    starts = word_starts(text)
    lengths = [len(text[start:end].rstrip()) for start, end in pairwise([*starts, len(text)])]
    best = last = 0
    for number, start in enumerate(starts[:-1]):  # the last word may be half a one
        seconds = speech_seconds(text[:start].rstrip())
        if seconds > ENOUGH_S:
            break
        if seconds < SHORTEST_S or not text[start - 1].isspace():
            continue
        last = start
        if lengths[number] <= SHORT_WORD and lengths[number - 1] >= LONG_WORD:
            best = start
    return best or last


class OpenSentence:
    """The beginning of a text of which no sentence has come yet, and how much of it is being said already."""

    def __init__(self) -> None:
        self._text = ""
        self._has_letter = False
        self._looked_at = (0, False)
        self._said_letters = 0
        self._said_end = ""
        """The signs behind the last letter that is being said."""

    @property
    def begun(self) -> bool:
        """Something of it is being said, and was not yet taken off what comes."""
        return self._said_letters > 0

    def feed(self, text: str) -> None:
        """Take more of the text, as much as is looked at; of signs before its first letter only the last ones count."""
        if not self._has_letter:
            text = self._text + text
            first = next(_letters(text), None)
            self._has_letter = first is not None
            self._text, text = "", text[max(0, (len(text) if first is None else first) - OPENERS) :].lstrip()
        if len(self._text) < LOOKED_AT_CHARS:
            self._text += text[:LOOKED_AT_CHARS]

    def take_clause(self, *, paused: bool = False) -> str:
        """Return the first clause, to be said now; empty where none has come.

        `paused` says that nothing comes for now, so that a sign at the end is not in the middle of a word.
        """
        if self._looked_at == (len(self._text), paused):
            return ""
        self._looked_at = (len(self._text), paused)
        said = self._text[: first_clause(f"{self._text} x" if paused else self._text, ended=False)].strip()
        letters = list(_letters(said))
        if letters:
            self._said_letters += len(letters)
            self._said_end = said[letters[-1] + 1 :].strip()
        return said if letters else ""

    def rest_of(self, sentence: str) -> str:
        """Return what is left of a sentence that has come to its end; empty where all of it is being said."""
        letters = list(_letters(sentence))
        said, self._said_letters = self._said_letters, max(0, self._said_letters - len(letters))
        if not said:
            return sentence
        if said >= len(letters):
            return ""
        rest = sentence[letters[said - 1] + 1 :].lstrip()
        return rest.removeprefix(self._said_end).lstrip()


def _letters(text: str) -> Iterator[int]:
    """Yield where letters and digits stand: between them a splitter may change blanks and signs."""
    return (at for at, char in enumerate(text) if char.isalnum())
