"""Splitting cleaned text into sentences as it comes, the same ones for any chunking."""

from __future__ import annotations

import unicodedata

import regex
from sentence_stream import SentenceBoundaryDetector

from wyoming_tts.speech.utterance import Sentence
from wyoming_tts.text.sentence_ends import LOOK_BACK, Verdict, judge

PIECE_MAX = 200
"""Characters after which a piece ends although nothing in it may end a sentence."""

SENTENCE_MAX = 1000
"""Characters after which a sentence is ended at the next word: a detector's time grows with the square of these."""

# A place that may end a sentence, with the first character of what follows it.
_CANDIDATE = regex.compile(
    r"(?P<paragraph>\n\n)"
    r"|(?<![\p{Sentence_Terminal}…])(?P<end>[\p{Sentence_Terminal}…]++[\p{Pe}\p{Pf}\p{Pi}\"']*+)[^\S\n]++(?P<next>\S)"
    r"|(?P<end>[\u3002\uff01\uff1f…]++[\p{Pe}\p{Pf}\"']*+)(?P<next>\S)"
)
_ENDED = regex.compile(r"[\p{Sentence_Terminal}…][\p{Pe}\p{Pf}\p{Pi}\"']*\Z")
# What the detector must not see: it would take `2*3*4` for emphasis, and a stop that ends nothing for one that does.
# Private-use characters stand in, which the cleaner keeps out of its output.
_HIDDEN = {"*": "\ue000", ".": "\ue001", "…": "\ue002"}
_HIDE_STARS = str.maketrans({"*": _HIDDEN["*"]})
_REVEAL = str.maketrans({hidden: shown for shown, hidden in _HIDDEN.items()})


def is_speakable(text: str) -> bool:
    """Tell whether there is a letter or a digit in `text`; signs alone are not said."""
    return any(unicodedata.category(char)[0] in "LN" for char in text)


class SentenceSplitter:
    """Finds sentences with `sentence_stream`, which is fed pieces that depend on the text alone.

    That library decides by what it has seen so far, so the same text in other pieces gives other sentences. Here a
    piece ends with the first character after a possible end, and what the library is known to miss (`¿`, quotes,
    numbers) or to take wrongly for an end (`22. November`, `e.g. Paris`) is judged before it is asked.
    """

    def __init__(self) -> None:
        self._detector = SentenceBoundaryDetector()
        self._text = ""
        self._kept = ""
        """Text for the detector that ends no sentence, to be given to it with the next."""
        self._sentence_chars = 0
        """Characters read since the last sentence came out of the detector."""
        self._tail = ""
        """The last of them."""

    def feed(self, chunk: str) -> list[Sentence]:
        """Return the sentences that are certain by now."""
        self._text += chunk
        out: list[str] = []
        at = 0
        while (end := self._next(at, out)) > at:
            at = end
        self._text = self._text[at:]
        return _sentences(out)

    def pause(self) -> list[Sentence]:
        """Return what is held back if it ends like a sentence: nothing has come for so long that nothing may come."""
        held = (self._tail + self._text).rstrip()
        if not _ENDED.search(held) or judge(held, "A") is Verdict.NO_END:
            return []
        return self.finish()

    def finish(self) -> list[Sentence]:
        """Return the rest; what is fed afterwards begins a new sentence."""
        out: list[str] = []
        self._give(self._text, out)
        self._text = ""
        self._end(out)
        return _sentences(out)

    def _next(self, at: int, out: list[str]) -> int:
        """Give the detector the next piece of the text; return where it ends, `at` where it is not whole yet."""
        found = _CANDIDATE.search(self._text, at, at + PIECE_MAX)
        if found is None:
            return self._cut(at, out)
        if found["paragraph"]:
            self._give(self._text[at : found.start()], out)
            self._end(out)
            return int(found.end())
        end = int(found.end("end"))
        verdict = judge(self._tail + self._text[at:end], found["next"])
        if verdict is Verdict.END:
            self._give(self._text[at:end], out)
            self._end(out)
            return end
        piece = self._text[at : found.end()]
        if verdict is Verdict.NO_END:
            start = found.start("end") - at
            piece = piece[:start] + piece[start:].replace(".", _HIDDEN["."]).replace("…", _HIDDEN["…"])
            self._keep(piece)
            if len(self._kept) < PIECE_MAX:
                return int(found.end())
            piece = ""
        self._give(piece, out)
        return int(found.end())

    def _cut(self, at: int, out: list[str]) -> int:
        """End a piece in which nothing may end a sentence, at a space if there is one."""
        if len(self._text) - at < PIECE_MAX:
            return at
        space = self._text.rfind(" ", at, at + PIECE_MAX)
        end = space + 1 if space >= at else at + PIECE_MAX
        self._give(self._text[at:end], out)
        return end

    def _keep(self, piece: str) -> None:
        self._kept += piece
        self._sentence_chars += len(piece)
        self._tail = (self._tail + piece)[-LOOK_BACK:]

    def _give(self, piece: str, out: list[str]) -> None:
        self._keep(piece)
        found = list(self._detector.add_chunk(self._kept.translate(_HIDE_STARS)))
        self._kept = ""
        if found:
            out += found
            self._sentence_chars = 0
            self._tail = piece[-1:]
        elif self._sentence_chars > SENTENCE_MAX:
            self._end(out)

    def _end(self, out: list[str]) -> None:
        out.append(self._detector.finish())
        self._sentence_chars = 0
        self._tail = ""


def _sentences(found: list[str]) -> list[Sentence]:
    texts = (text.translate(_REVEAL).strip() for text in found)
    return [Sentence(text) for text in texts if is_speakable(text)]
