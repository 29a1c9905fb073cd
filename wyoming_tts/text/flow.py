"""The last glance: spaces, pauses and sentence ends between what is left."""

from __future__ import annotations

import regex

from wyoming_tts.text.signals import COMMA, GAP, PARAGRAPH, PICTURE, SIGNALS, STOP

SHORT_LINE = 60
"""Characters; a line this short was ended on purpose (`Wind: 10 km/h`), a longer one may have been wrapped."""

_TOKEN = regex.compile(rf"[^\s{SIGNALS}]++|[\s{SIGNALS}]++")
_ENDED = regex.compile(r"""[\p{Terminal_Punctuation}…‥][\p{Pe}\p{Pf}\p{Pi}"']*\Z""")
_CLOSES = regex.compile(r"[\p{Terminal_Punctuation}\p{Pe}…]")
_CJK = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\u3000-\u303f\u30fc\uff00-\uff60]")
# What eSpeak NG and others take for markup begins so.
_TAG_OPENS = regex.compile(r"<(?=[\p{L}/!?_:&])")
_TAIL = 8


class Flow:
    """Puts between two stretches of text what a reader would put there."""

    def __init__(self) -> None:
        self._tail = ""
        """The last characters of the current paragraph; empty at its start."""
        self._pending: set[str] = set()
        self._spaces = 0
        self._line_chars = 0

    def feed(self, chunk: str) -> str:
        """Return what is certain by now; only spaces and pauses are held back, until something follows."""
        out: list[str] = []
        for found in _TOKEN.finditer(chunk):
            token = found[0]
            if token[0].isspace() or token[0] in SIGNALS:
                self._between(token, out)
            else:
                self._text(token, out)
        return "".join(out)

    def finish(self) -> str:
        """Return the rest, which is nothing: what is held back only ever stands between words."""
        return ""

    def _text(self, token: str, out: list[str]) -> None:
        glue = self._glue(token[0]) if self._pending else ""
        if "\n" in self._pending:
            self._line_chars = 0
        self._pending.clear()
        self._spaces = 0
        if not glue and self._tail.endswith("<") and _TAG_OPENS.match("<" + token[0]):
            glue = " "
        self._say(glue + _TAG_OPENS.sub("< ", token), out)

    def _say(self, text: str, out: list[str]) -> None:
        out.append(text)
        self._line_chars += len(text)
        self._tail = (self._tail + text[-_TAIL:])[-_TAIL:]

    def _between(self, token: str, out: list[str]) -> None:
        for mark in token:
            if mark == STOP:
                self._stop(out)
            elif mark == PARAGRAPH:
                self._paragraph(out)
            elif mark == "\n" and self._spaces >= 2:
                self._pending |= {"\n", COMMA}  # two spaces before a line end break the line on purpose
            else:
                self._pending.add(mark if mark in SIGNALS or mark == "\n" else " ")
            self._spaces = self._spaces + 1 if mark == " " else 0

    def _stop(self, out: list[str]) -> None:
        if self._tail and not _ENDED.search(self._tail):
            self._say("。" if _CJK.match(self._tail[-1]) else ".", out)
        self._pending.clear()

    def _paragraph(self, out: list[str]) -> None:
        if self._tail:
            out.append("\n\n")
        self._tail = ""
        self._line_chars = 0
        self._pending.clear()

    def _glue(self, following: str) -> str:
        if not self._tail:
            return ""
        last = self._tail[-1]
        if self._pauses(following):
            return "\uff0c" if _CJK.match(last) else ", "
        spaced = not self._pending.isdisjoint((" ", "\n", COMMA))
        marked = not self._pending.isdisjoint((GAP, PICTURE))
        if spaced:
            if marked and _CLOSES.match(following):
                return ""
            return "" if "\n" in self._pending and _CJK.match(last) and _CJK.match(following) else " "
        apart = last.isalnum() and following.isalnum() and not (_CJK.match(last) and _CJK.match(following))
        return " " if marked and apart else ""

    def _pauses(self, following: str) -> bool:
        if _CLOSES.match(following) or self._tail[-1] in "([{" or _ENDED.search(self._tail):
            return False
        if COMMA in self._pending:
            return True
        return "\n" in self._pending and self._line_chars <= SHORT_LINE and following.isupper()
