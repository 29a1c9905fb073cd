"""Grouping sentences into utterances: short first, longer while the listener has audio in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LETTERS_PER_S = 15.0
"""Characters of alphabetic scripts a second, spaces and punctuation included: some 170 English words a minute."""
HAN_PER_S = 4.5
"""Chinese characters, a syllable each."""
KANA_PER_S = 7.0
HANGUL_PER_S = 5.5
DIGIT_S = 0.25
"""`2026` is four syllables and more; read as a number or digit by digit makes little difference."""
SENTENCE_PAUSE_S = 0.3

SYNTHESIS_RTF = 0.6
"""Seconds a slow voice takes for a second of speech; one that takes more has no audio in hand anyway."""
MARGIN_S = 1.0
"""Audio that is left when such a voice comes back with the utterance: room for a retry."""

_SLOW = regex.compile(r"(?P<han>\p{Han})|(?P<kana>[\p{Hiragana}\p{Katakana}])|(?P<hangul>\p{Hangul})|(?P<digit>\p{Nd})")
_SENTENCE_ENDS = regex.compile(r"\p{Sentence_Terminal}+(?=\s|\Z)|[\u3002\uff01\uff1f]")
# The best place to cut first; a sign between digits or letters (3,14 or 7:30) parts nothing.
_CLAUSES = regex.compile(
    r"[\p{Terminal_Punctuation}…][\p{Pe}\p{Pf}\"']*(?=\s)|\s(?=[(\u2013\u2014]|-\s)|\u2014|[\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]"
)
_GRAPHEME_LOOK = 64
"""Characters past the limit that are looked at to see whether a grapheme ends there."""
_SHORTEST_CLAUSE = 0.3
"""Of the limit; a clause shorter than this is not worth a cut, a word boundary further on is better."""


def speech_seconds(text: str) -> float:
    """Return roughly how long `text` takes to say at a natural speed."""
    slow = {"han": 0, "kana": 0, "hangul": 0, "digit": 0}
    for found in _SLOW.finditer(text):
        if found.lastgroup:
            slow[found.lastgroup] += 1
    return (
        (len(text) - sum(slow.values())) / LETTERS_PER_S
        + slow["han"] / HAN_PER_S
        + slow["kana"] / KANA_PER_S
        + slow["hangul"] / HANGUL_PER_S
        + slow["digit"] * DIGIT_S
        + len(_SENTENCE_ENDS.findall(text)) * SENTENCE_PAUSE_S
    )


def bounded(sentence: str, max_chars: int) -> list[str]:
    """Return the sentence in pieces of at most `max_chars`, cut where a speaker would; only spaces are lost.

    Cuts at the end of a clause, else between words, else between graphemes, else (a grapheme may be too long) at the
    limit.
    """
    pieces: list[str] = []
    at = 0
    while len(sentence) - at > max_chars:
        end = at + _cut(sentence[at : at + max_chars + _GRAPHEME_LOOK], max_chars)
        pieces.append(sentence[at:end].strip())
        at = end
    pieces.append(sentence[at:].strip())
    return [piece for piece in pieces if piece]


def _cut(text: str, max_chars: int) -> int:
    within = text[: max_chars + 1]
    clauses = [found.end() for found in _CLAUSES.finditer(within) if found.end() <= max_chars]
    if clauses and clauses[-1] >= max_chars * _SHORTEST_CLAUSE:
        return int(clauses[-1])
    word = max(within.rfind(" "), within.rfind("\n"))
    if word > 0:
        return word
    graphemes = [found.end() for found in regex.finditer(r"\X", text) if found.end() <= max_chars]
    return int(graphemes[-1]) if graphemes else max_chars


class UtterancePlanner:
    """Says how much of what is waiting the next utterance takes. Holds no state and looks at no clock."""

    def __init__(self, max_chars: int = 300, *, target_s: float = 12.0) -> None:
        self._max_chars = max_chars
        self._target_s = target_s

    def plan(
        self,
        waiting: Sequence[str],
        in_hand_s: float,
        *,
        first: bool,
        joinable: bool = True,
        held: Callable[[str], bool] = lambda _: False,
    ) -> int:
        """Return how many of the waiting pieces form the next utterance, at least 1; 0 where nothing waits.

        Args:
            waiting: Pieces of at most `max_chars` characters, in order; they are joined by a space.
            in_hand_s: Seconds of audio the listener has not heard yet.
            first: Nothing was sent yet, so the first piece goes alone.
            joinable: False where every sentence is wanted as an utterance of its own.
            held: Whether the audio of a piece is at hand: such a one is never joined to another.

        """
        if not waiting:
            return 0
        if first or not joinable or held(waiting[0]):
            return 1
        chars = len(waiting[0])
        seconds = speech_seconds(waiting[0])
        count = 1
        for piece in waiting[1:]:
            chars += 1 + len(piece)
            seconds += speech_seconds(piece)
            if chars > self._max_chars or seconds > self._target_s or in_hand_s < needed_in_hand_s(seconds):
                break
            if held(piece):
                break
            count += 1
        return count


def needed_in_hand_s(speech_s: float) -> float:
    """Return the audio a listener must have in hand before an utterance of `speech_s` may be put together."""
    return MARGIN_S + speech_s * SYNTHESIS_RTF
