"""Line by line: headings, items, rows, rules and code lose their marks and become sentences of their own."""

from __future__ import annotations

from enum import Enum
from typing import Literal

import regex

from wyoming_tts.text.signals import COMMA, PARAGRAPH, PICTURE, ROW, STOP

CodeBlocks = Literal["skip", "speak"]

START_MAX = 400
"""A line whose kind is not plain after this many characters is text."""

_QUOTE = regex.compile(r">(?=[^\d=])")
_HEADING = regex.compile(r"#{1,6}(?:[ ]+|(?=\n))")
_RULE = regex.compile(r"(?:([-*_])(?:[ ]*\1){2,200}|={3,200}|-{2,200})[ ]*\n")
_BULLET = regex.compile(r"[-*+•](?:[ ]+|(?=\n))")
_TASK = regex.compile(r"\[[ xX]\][ ]+")
_NUMBER = regex.compile(r"([0-9]{1,3})[.)][ ]+")
_FENCE = regex.compile(r"(`{3,50}|~{3,50})[^`\n]{0,200}\n")
_DIVIDER = regex.compile(r"\|[ :|-]{1,300}\n")
_BAR = regex.compile(r"\|")
_DEFINITION = regex.compile(r"\[[^\[\]\n]{1,60}\]:[ ]*<?https?://")
_PICTURES = regex.compile(rf"{PICTURE}+")


_WHOLE_LINES = frozenset({_RULE, _FENCE, _DIVIDER, _DEFINITION})
_MARKERS: dict[str, tuple[regex.Pattern[str], ...]] = {
    ">": (_QUOTE,),
    "#": (_HEADING,),
    "-": (_RULE, _BULLET),
    "*": (_RULE, _BULLET),
    "_": (_RULE,),
    "=": (_RULE,),
    "+": (_BULLET,),
    "•": (_BULLET,),
    "`": (_FENCE,),
    "~": (_FENCE,),
    "|": (_DIVIDER, _BAR),
    "[": (_DEFINITION, _TASK),
    PICTURE: (_PICTURES,),
    **dict.fromkeys("0123456789", (_NUMBER,)),
}


class _Line(Enum):
    NONE = "nothing yet, or a paragraph has just ended"
    TEXT = "running text"
    OWN = "a sentence of its own"
    SKIPPED = "not said"


class Blocks:
    """A machine that looks at the start of each line; of everything else it only sees where lines end."""

    def __init__(self, code_blocks: CodeBlocks = "skip") -> None:
        self._speak_code = code_blocks == "speak"
        self._held = ""
        self._line: _Line | None = None
        """What the current line is; None while its start is being read."""
        self._own = False
        """A marker at the start of this line makes it a sentence."""
        self._before = _Line.NONE
        """What the line before it was."""
        self._fence_end: regex.Pattern[str] | None = None
        """What ends the code being read."""
        self._number = 0
        self._final = False

    def feed(self, chunk: str) -> str:
        """Return what is certain by now; a marker that begins a line is held back until it is whole."""
        text, self._held = self._held + chunk, ""
        out: list[str] = []
        at = 0
        while at < len(text):
            moved = self._body(text, at, out) if self._line else self._start(text, at, out)
            if moved is None:
                self._held = text[at:]
                break
            at = moved
        return "".join(out)

    def finish(self) -> str:
        """Return the rest."""
        self._final = True
        return self.feed("\n")

    def _body(self, text: str, at: int, out: list[str]) -> int:
        end = text.find("\n", at)
        stop = len(text) if end < 0 else end
        if self._line is not _Line.SKIPPED:
            out.append(text[at:stop])
        if end < 0:
            return stop
        if self._line is _Line.OWN:
            self._close(out)
        elif self._line is _Line.TEXT:
            self._before = _Line.TEXT
        self._line = None
        return end + 1

    def _close(self, out: list[str]) -> None:
        """End a sentence; a paragraph as well, unless the text itself is over."""
        out.append(STOP if self._final else STOP + PARAGRAPH)
        self._before = _Line.NONE

    def _start(self, text: str, at: int, out: list[str]) -> int | None:
        """Read on in the start of a line; None where more of it is needed."""
        partial = not self._final and len(text) - at < START_MAX
        if self._fence_end:
            return self._code(self._fence_end.match(text, at, at + START_MAX, partial=partial), at)
        if text[at] in " \n":
            return self._blank(text[at], at, out)
        found = self._marker(text, at, partial=partial)
        if found is None:
            self._begin(out)
            return at
        return None if found.partial else self._pass(found, out)

    def _blank(self, char: str, at: int, out: list[str]) -> int:
        if char == "\n":
            self._own = False
            if self._before is _Line.TEXT and not self._final:
                out.append(PARAGRAPH)
                self._before = _Line.NONE
        return at + 1

    def _begin(self, out: list[str]) -> None:
        """Begin to pass the line on, apart from the one before it or in one with it."""
        if self._before is _Line.TEXT:
            if self._own:
                self._close(out)
            else:
                out.append("\n")
        self._line = _Line.OWN if self._own else _Line.TEXT
        self._own = False

    def _marker(self, text: str, at: int, *, partial: bool) -> regex.Match[str] | None:
        for pattern in _MARKERS.get(text[at], ()):
            if (pattern in _WHOLE_LINES and self._own) or (pattern is _TASK and not self._own):
                continue
            found = pattern.match(text, at, at + START_MAX, partial=partial)
            if found and (found.partial or pattern is not _NUMBER or self._counts(int(found[1]))):
                return found
        return None

    def _counts(self, number: int) -> bool:
        """Tell an item from a date that begins a line (`22. November`): items count from 1."""
        return number in {0, 1, self._number + 1}

    def _pass(self, found: regex.Match[str], out: list[str]) -> int:
        """Leave a marker out, and say the number of an item."""
        if found.re in _WHOLE_LINES:
            if self._before is _Line.TEXT:
                self._close(out)
            self._own = False
            if found.re is _FENCE:
                fence = found[1]
                self._fence_end = regex.compile(rf"[ ]{{0,20}}{fence}{fence[0]}{{0,50}}[ ]{{0,20}}\n")
            elif found.re is _DEFINITION:
                self._line = _Line.SKIPPED
            return found.end()
        self._own = self._own or found.re is not _QUOTE
        if found.re is _NUMBER:
            self._number = int(found[1])
            self._begin(out)
            out.append(found[1] + COMMA)
        elif found.re is _BAR:
            self._begin(out)
            out.append(ROW)
        return found.end()

    def _code(self, closing: regex.Match[str] | None, at: int) -> int | None:
        """Read the start of a line of code, or the fence that ends it."""
        if closing is None:
            self._line = _Line.OWN if self._speak_code else _Line.SKIPPED
            return at
        if closing.partial:
            return None
        self._fence_end = None
        return closing.end()
