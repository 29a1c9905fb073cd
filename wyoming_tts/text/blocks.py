"""Line by line: headings, items, rows, rules and code lose their marks and become sentences of their own."""

from __future__ import annotations

from enum import Enum
from typing import Literal

import regex

from wyoming_tts.text.signals import COMMA, PARAGRAPH, PICTURE, ROW, STOP

CodeBlocks = Literal["skip", "speak"]

START_MAX = 400
"""A line whose kind is not plain after this many characters is text."""

_MARKERS = frozenset("#>-*+_=`~|[•" + PICTURE)

_QUOTE = regex.compile(r">(?=[^\d=])")
_HEADING = regex.compile(r"#{1,6}(?:[ ]+|(?=\n))")
_RULE = regex.compile(r"(?:([-*_])(?:[ ]*\1){2,200}|={3,200}|-{2,200})[ ]*\n")
_BULLET = regex.compile(r"[-*+•](?:[ ]+|(?=\n))(?:\[[ xX]\][ ]+)?")
_NUMBER = regex.compile(r"([0-9]{1,3})[.)][ ]+")
_FENCE = regex.compile(r"(`{3,50}|~{3,50})[^`\n]{0,200}\n")
_DIVIDER = regex.compile(r"\|[ :|-]{1,300}\n")
_BAR = regex.compile(r"\|")
_DEFINITION = regex.compile(r"\[[^\[\]\n]{1,60}\]:[ ]*<?https?://")
_PICTURES = regex.compile(rf"{PICTURE}+")


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
        self._before = _Line.NONE
        """What the line before it was."""
        self._fence = ""
        self._number = 0
        self._final = False

    def feed(self, chunk: str) -> str:
        """Return what is certain by now; the start of a line is held back until its kind is plain."""
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
        """Read the start of a line; None where more of it is needed."""
        if self._fence:
            return self._code(text, at, out)
        own = False
        begin = at
        while True:
            while at < len(text) and text[at] == " ":
                at += 1
            if at == len(text):
                return None
            if text[at] == "\n":
                return self._blank(at, out)
            if text[at] not in _MARKERS and not "0" <= text[at] <= "9":
                break
            partial = not self._final and len(text) - begin < START_MAX
            whole_line = self._whole_line(text, at, out, partial=partial)
            if whole_line is None:
                return None
            if whole_line > at:
                return whole_line
            marker = self._marker(text, at, partial=partial)
            if marker is None:
                return None
            end, kind, said = marker
            if end == at:
                break
            own, at = own or kind, end
            if said:
                self._begin(out, own=True)
                out.append(said)
                return at
        self._begin(out, own=own)
        return at

    def _begin(self, out: list[str], *, own: bool) -> None:
        if self._before is _Line.TEXT:
            if own:
                self._close(out)
            else:
                out.append("\n")
        self._line = _Line.OWN if own else _Line.TEXT

    def _blank(self, at: int, out: list[str]) -> int:
        if self._before is _Line.TEXT and not self._final:
            out.append(PARAGRAPH)
            self._before = _Line.NONE
        return at + 1

    def _whole_line(self, text: str, at: int, out: list[str], *, partial: bool) -> int | None:
        """Pass a line that is not said; `at` where it is none, None where that cannot be told yet."""
        for pattern in (_RULE, _FENCE, _DIVIDER, _DEFINITION):
            found = pattern.match(text, at, at + START_MAX, partial=partial)
            if found is None:
                continue
            if found.partial:
                return None
            if self._before is _Line.TEXT:
                self._close(out)
            if pattern is _FENCE:
                self._fence = found[1]
            if pattern is _DEFINITION:
                self._line = _Line.SKIPPED
            return found.end()
        return at

    def _marker(self, text: str, at: int, *, partial: bool) -> tuple[int, bool, str] | None:
        """Return where the marker at `at` ends, whether its line is a sentence, and what is said for it."""
        for pattern in (_QUOTE, _HEADING, _BULLET, _PICTURES, _NUMBER, _BAR):
            found = pattern.match(text, at, at + START_MAX, partial=partial)
            if found is None:
                continue
            if found.partial:
                return None
            if pattern is _NUMBER:
                return self._numbered(found[1], at, found.end())
            return found.end(), pattern is not _QUOTE, ROW if pattern is _BAR else ""
        return at, False, ""

    def _numbered(self, number: str, at: int, end: int) -> tuple[int, bool, str]:
        """Tell an item from a date that begins a line (`22. November`): items count from 1."""
        if int(number) not in (0, 1, self._number + 1):
            return at, False, ""
        self._number = int(number)
        return end, True, number + COMMA

    def _code(self, text: str, at: int, out: list[str]) -> int | None:
        """Read the start of a line of code, or the fence that ends it."""
        closing = regex.compile(rf"[ ]{{0,20}}{regex.escape(self._fence)}{self._fence[0]}{{0,50}}[ ]{{0,20}}\n")
        found = closing.match(text, at, at + START_MAX, partial=not self._final)
        if found and found.partial:
            return None
        if found:
            self._fence = ""
            return found.end()
        self._line = _Line.OWN if self._speak_code else _Line.SKIPPED
        return at
