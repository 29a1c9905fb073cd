"""Whether what was said is what was to be said, letter by letter while it is being said."""

from __future__ import annotations

import unicodedata

SPELT_OUT_CHARS = 60
"""The most letters that a figure or a sign of the text takes in words: `1234` has 37 in English, 42 in German."""

_SIGNS = frozenset("%‰€$£¥&+@°=/*#§")
_FREE = ""
"""Stands for a figure or a sign, which may be written or spelt out, or left out."""


class Transcript:
    """Follows a transcript through the text; case, accents, punctuation and spacing do not count.

    Where a figure stands anything may be said for a while: other words behind it are noticed some words later.
    """

    def __init__(self, text: str) -> None:
        self._expected: list[str] = []
        for char in _plain(text):
            is_free = not char.isalpha()
            if is_free and self._expected[-1:] == [_FREE]:
                continue
            self._expected.append(_FREE if is_free else char)
        self._at: dict[int, int] = self._reached({0: 0})
        """Where in the text it may be, each with the letters that its figure has taken."""
        self.begun = False
        """A letter or figure has been heard."""

    @property
    def empty(self) -> bool:
        """There is nothing in the text that could be compared."""
        return not self._expected

    def hear(self, words: str) -> bool:
        """Take the next words; return whether all that was heard can still be the beginning of the text."""
        for char in _plain(words):
            self.begun = True
            self._at = self._reached(self._after(char))
        return bool(self._at)

    @property
    def whole(self) -> bool:
        """All of the text has been heard, and nothing else."""
        return len(self._expected) in self._at

    def _after(self, char: str) -> dict[int, int]:
        if not char.isalpha():
            return self._behind_words()
        found: dict[int, int] = {}
        for at, taken in self._at.items():
            expected = self._expected[at] if at < len(self._expected) else None
            if expected == char:
                found[at + 1] = 0
            elif expected == _FREE and taken < SPELT_OUT_CHARS:
                found[at] = min(taken + 1, found.get(at, SPELT_OUT_CHARS))
        return found

    def _behind_words(self) -> dict[int, int]:
        """Take a figure or sign for a word of the text, for its figure, or for nothing."""
        found: dict[int, int] = {}
        begin = 0
        for at in sorted(self._at):
            end = min(at + SPELT_OUT_CHARS, len(self._expected)) + 1
            found.update(dict.fromkeys(range(max(begin, at), end), 0))
            begin = end
        return found

    def _reached(self, found: dict[int, int]) -> dict[int, int]:
        """Add the places behind figures and signs, which may end at any time."""
        for at in sorted(found):
            if at < len(self._expected) and self._expected[at] == _FREE:
                found.setdefault(at + 1, 0)
        return found


def _plain(text: str) -> str:
    """Return letters without case and accents, figures, and the signs that are spoken."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in decomposed if char.isalpha() or char.isnumeric() or char in _SIGNS)
