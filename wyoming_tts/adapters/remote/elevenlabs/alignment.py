"""Follows the times of characters through one text: which words have begun, and whether all was said."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from wyoming_tts.speech.audio import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

AUDIO_SLACK_S = 0.05
"""What the audio may lack of the times told for it: differences are some milliseconds."""
LONGEST_S = 36_000.0
"""The longest text there may be is spoken in an hour."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A stretch of characters with when each begins, and when the last one ends; seconds from some beginning."""

    chars: tuple[str, ...]
    starts_s: tuple[float, ...]
    end_s: float


def timed_of(alignment: Any) -> Timed | None:
    """Return an alignment as HTTP (`characters`, seconds) or a websocket (`chars`, ms) tells it; None for none."""
    if not isinstance(alignment, dict):
        return None
    try:
        if "chars" in alignment:
            starts = [float(ms) / 1000 for ms in alignment["charStartTimesMs"]]
            ends = [start + float(ms) / 1000 for start, ms in zip(starts, alignment["charDurationsMs"], strict=True)]
            chars = [str(char) for char in alignment["chars"]]
        else:
            starts = [float(s) for s in alignment["character_start_times_seconds"]]
            ends = [float(s) for s in alignment["character_end_times_seconds"]]
            chars = [str(char) for char in alignment["characters"]]
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not chars or not len(chars) == len(starts) == len(ends) or not _is_sound([*starts, ends[-1]]):
        return None
    return Timed(tuple(chars), tuple(starts), ends[-1])


def _is_sound(moments_s: Sequence[float]) -> bool:
    in_order = all(moment <= following for moment, following in pairwise(moments_s))
    return moments_s[0] >= 0 and in_order and moments_s[-1] < LONGEST_S


class Alignment:
    """The state of one text. Blanks are not compared: the engine adds some at either end.

    Times count from the beginning of the text's audio, or of the piece of audio they came with: whichever lets them
    grow. A stretch may also begin again with the text's first character and tell more of it (seen of Flash v2.5).
    """

    def __init__(self, text: str) -> None:
        self.seen = False
        """There were times at all."""
        self.lost = False
        """The characters were not the text's: what has been said is not known."""
        self._letters = [(char, offset) for offset, char in enumerate(text) if not char.isspace()]
        self._begins = [_begins_word(text, offset) for _, offset in self._letters]
        self._at = 0
        self._marked = 0
        self._base_s = 0.0
        self._last_s = 0.0
        self._end_s = 0.0

    def take(self, timed: Timed, heard_s: float) -> list[Mark]:
        """Return the words that begin in the stretch. `heard_s` is the audio before that it came with."""
        self.seen = True
        told = [
            (char, start)
            for char, start in zip(timed.chars, timed.starts_s, strict=True)
            if char and not char.isspace()
        ]
        at = self._place("".join(char for char, _ in told))
        if at is None:
            self.lost = True
            return []
        if at == 0:
            self._base_s = 0.0
        elif self._base_s + timed.starts_s[0] < self._last_s:
            self._base_s = heard_s
        marks = self._marks(at, [start for char, start in told for _ in char])
        self._last_s = self._base_s + timed.starts_s[-1]
        self._end_s = max(self._end_s, self._base_s + timed.end_s)
        return marks

    def is_complete(self, heard_s: float) -> bool:
        """Whether every character was told of and `heard_s` of audio reach to its end."""
        return self.is_known and self.all_told and heard_s >= self._end_s - AUDIO_SLACK_S

    @property
    def is_known(self) -> bool:
        """What has been said is known."""
        return self.seen and not self.lost

    @property
    def all_told(self) -> bool:
        """Every character was told of, though its audio may still be on its way."""
        return self._at == len(self._letters)

    def _place(self, told: str) -> int | None:
        """Return the number of the letter that the stretch begins with: the next one, or the first again."""
        letters = "".join(char for char, _ in self._letters)
        for at in dict.fromkeys((self._at, 0)):
            if letters.startswith(told, at):
                return at
        return None

    def _marks(self, at: int, starts_s: Sequence[float]) -> list[Mark]:
        marks = []
        for number, start_s in enumerate(starts_s, at):
            if number >= self._marked and self._begins[number]:
                marks.append(Mark(self._letters[number][1], self._base_s + start_s))
        self._at = at + len(starts_s)
        self._marked = max(self._marked, self._at)
        return marks


def _begins_word(text: str, offset: int) -> bool:
    """Whether a word may begin there; in scripts without blanks between words any letter may."""
    return offset == 0 or text[offset - 1].isspace() or unicodedata.category(text[offset]) == "Lo"
