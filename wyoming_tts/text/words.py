"""Where words begin, as somebody means it who says a text again from there."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

# Scripts that put no blanks between words: each letter may be where one begins. Katakana stays together.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORDS = regex.compile(rf"[{_UNSPACED}]\p{{M}}*|[^\s{_UNSPACED}]+")
_SAID = regex.compile(r"[\p{L}\p{N}]")


def word_starts(text: str) -> list[int]:
    """Return the offset of each word with a letter or digit in it; `3,14`, `192.168.1.10` and `(or` are one each."""
    return [found.start() for found in _WORDS.finditer(text) if _SAID.search(found[0])]


def word_start(starts: Sequence[int], offset: int) -> int:
    """Return the beginning of the word that `offset` lies in, of those that `word_starts` found; 0 before all."""
    index = bisect_right(starts, offset)
    return starts[index - 1] if index else 0
