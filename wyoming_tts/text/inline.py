"""Within a line: emphasis, code, links, addresses and tags, judged by what stands on either side of them."""

from __future__ import annotations

from typing import TypeAlias

import regex

from wyoming_tts.text.signals import COMMA, GAP, PARAGRAPH, ROW, SIGNALS, STOP
from wyoming_tts.text.tags import TAG, replacement

TAG_MAX = 500
LINK_MAX = 2000
ADDRESS_MAX = 2000
CITATION_MAX = 80
"""Characters of a construct; one that is longer is taken as it stands, so that little is ever held back."""

RUN_MAX = 4
"""This many marks in a row are decoration, whatever stands beside them."""

_SPECIAL = regex.escape("*_~`\\<[]!|•【" + SIGNALS, special_only=False)
_PLAIN = regex.compile(rf"[^{_SPECIAL}]++")
_RUN = regex.compile(r"\*++|_++|~++|`++|\[++|!++|<++")
_URL_START = regex.compile(r"(?<![\p{Latin}\p{Greek}\p{Cyrillic}\p{N}])(?:[A-Za-z][A-Za-z0-9+-]{1,15}+://|www\.)")
_URL_BEGUN = regex.compile(r"(?<![\p{Latin}\p{Greek}\p{Cyrillic}\p{N}])[A-Za-z][A-Za-z0-9+-]{0,15}+(?::/?)?\Z")
_URL_EXTENT = regex.compile(r"[\p{L}\p{M}\p{N}._~:/?#@!$&'()*+,;=%-]++")
_URL = regex.compile(
    r"(?:[A-Za-z][A-Za-z0-9+-]{1,15}+://)?(?:[A-Za-z0-9._~%!$&'*+,;=:-]{1,100}+@)?(?:www\.)?"
    r"(?P<host>[\p{L}\p{N}\p{M}][\p{L}\p{N}\p{M}_.-]{0,253}+)(?::[0-9]{1,5}+)?"
    r"(?:[/?#][\p{Latin}\p{Cyrillic}\p{Greek}\p{N}._~:/?#@!$&'()*+,;=%-]*+)?"
)
_TRAILING = ".,;:!?'\")*_~-"
_DESTINATION = regex.compile(
    r"\]\([ ]*+(?:<[^<>\n]*+>|(?:[^\s()<>]|\([^\s()]*+\))*+)(?:\s++(?:\"[^\"\n]*+\"|'[^'\n]*+'))?[ ]*+\)"
)
_CITATION = regex.compile(
    r"\[(?:\^[^\[\]\s]{1,40}|[1-9][0-9]{0,2}(?:[,\u2013-][ ]?[0-9]{1,3}){0,9})\]|【[0-9][^【】\n]{0,60}】"
)
_CITED = regex.compile(r"[\p{L}\p{P}]")
_FACTOR_BEFORE = regex.compile(r"[\p{N})]")
_FACTOR_AFTER = regex.compile(r"[\p{N}(.-]")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
# Scripts that part words by spaces and know signs between letters: a*b, snake_case. Elsewhere a mark is a mark.
_WORD = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{N}]")

_Step: TypeAlias = tuple[str, int] | None
"""What is said, and where reading goes on; None where more text is needed."""


class Inline:
    """Takes the marks out of running text; what they stood round is passed on as it comes."""

    def __init__(self) -> None:
        self._held = ""
        self._before = "\n"
        """The last character read."""
        self._code = 0
        """Backticks that opened the code being read; 0 outside code."""
        self._open: set[str] = set()
        self._row = False
        self._final = False

    def feed(self, chunk: str) -> str:
        """Return what is certain by now; a mark is held back until its other side is known, a construct to its end."""
        text = self._before + self._held + chunk
        self._held = ""
        out: list[str] = []
        at = 1
        plain_end = 0
        while at < len(text):
            if at >= plain_end and (plain := _PLAIN.match(text, at)):
                plain_end = plain.end()
            step = self._plain(text, at, plain_end) if at < plain_end else self._special(text, at)
            if step is None:
                break
            said, at = step
            out.append(said)
        self._before = text[at - 1]
        self._held = self._held or text[at:]
        return "".join(out)

    def finish(self) -> str:
        """Return the rest."""
        self._final = True
        return self.feed("")

    def _plain(self, text: str, at: int, end: int) -> _Step:
        """Pass text without marks, up to the address in it if there is one."""
        address = _URL_START.search(text, at, end)
        if address:
            if address.start() > at:
                return text[at : address.start()], address.start()
            return self._address(text, at, address.end())
        if end == len(text) and not self._final and (begun := _URL_BEGUN.search(text, max(at, end - 20))):
            end = begun.start()
        return (text[at:end], end) if end > at else None

    def _address(self, text: str, at: int, scheme_end: int) -> _Step:
        if len(text) - at < ADDRESS_MAX and not self._final:
            extent = _URL_EXTENT.match(text, at)
            if extent is None or extent.end() == len(text):
                return None
        found = _URL.match(text, at, at + ADDRESS_MAX)
        if found is None:
            return text[at:scheme_end], scheme_end
        return found["host"].rstrip("._-"), at + len(found[0].rstrip(_TRAILING))

    def _special(self, text: str, at: int) -> _Step:
        char = text[at]
        if char in SIGNALS:
            return self._signal(char, at)
        if char in "*_~`":
            return self._run(text, at)
        if char in "|•":
            return self._bar(text, at)
        return self._escape(text, at) if char == "\\" else self._bracket(text, at, char)

    def _signal(self, signal: str, at: int) -> _Step:
        if signal in {STOP, PARAGRAPH, ROW}:
            self._code = 0
            self._open.clear()
            self._row = signal == ROW
        return signal.replace(ROW, ""), at + 1

    def _run(self, text: str, at: int) -> _Step:
        found = _RUN.match(text, at)
        end = found.end() if found else at + 1
        after = self._following(text, end)
        if not after:
            self._held = text[at : min(end, at + RUN_MAX)]
            return None
        length = min(end - at, RUN_MAX)
        if text[at] == "`":
            return self._backticks(length, text[at - 1], after), end
        return self._emphasis(text[at], length, text[at - 1], after), end

    def _backticks(self, length: int, before: str, after: str) -> str:
        if not self._code and length == 1 and _WORD.match(before) and _WORD.match(after):
            return "'"  # it`s
        if not self._code:
            self._code = length
        elif self._code == length:
            self._code = 0
        return ""

    def _emphasis(self, char: str, length: int, before: str, after: str) -> str:
        """Return what is said for a run of marks: nothing, unless it is arithmetic or part of a name."""
        marks = char * length
        if length == RUN_MAX:
            return GAP
        if char == "~":
            return marks if length == 1 else ""
        if before.isspace() and after.isspace():
            return "" if "\n" in before + after or marks == "__" else marks
        inside = _WORD.match(before) and _WORD.match(after)
        if marks in self._open and not before.isspace() and not (inside and char == "_"):
            self._open.discard(marks)
            return ""
        if inside or (marks == "*" and _FACTOR_BEFORE.match(before) and _FACTOR_AFTER.match(after)):
            return marks
        if not after.isspace():
            self._open.add(marks)
        return ""

    def _bar(self, text: str, at: int) -> _Step:
        if self._row and text[at] == "|":
            return COMMA, at + 1
        after = self._following(text, at + 1)
        if not after:
            return None
        if text[at - 1].isspace() and after.isspace():
            return COMMA, at + 1
        return GAP if text[at] == "•" else "|", at + 1

    def _escape(self, text: str, at: int) -> _Step:
        if at + 1 == len(text):
            return ("", at + 1) if self._final else None
        char = text[at + 1]
        if char == "\n":
            return COMMA, at + 1
        if self._code or char not in _PUNCTUATION:
            return "\\", at + 1
        return GAP if char in "[]" else char, at + 2

    def _bracket(self, text: str, at: int, char: str) -> _Step:
        """Read what may open or close a link, an image, a citation or a tag."""
        found = _RUN.match(text, at)
        if found and found.end() > at + 1:  # of several, only the last can open anything
            return (GAP if char in "[]" else text[at : found.end() - 1]), found.end() - 1
        if char == "!":
            after = self._following(text, at + 1)
            return ("" if after == "[" and not text[at - 1].isalnum() else "!", at + 1) if after else None
        if char == "<":
            return self._construct(TAG, text, at, TAG_MAX)
        if char == "]":
            if self._following(text, at + 1) not in {"", "("}:
                return GAP, at + 1
            return self._construct(_DESTINATION, text, at, LINK_MAX)
        cites = char == "【" or (not self._code and _CITED.match(text[at - 1]))
        return self._construct(_CITATION, text, at, CITATION_MAX) if cites else self._alone(char, at)

    def _construct(self, pattern: regex.Pattern[str], text: str, at: int, most: int) -> _Step:
        """Read a bounded construct; what is none, or is longer, is taken character by character."""
        found = pattern.match(text, at, at + most, partial=not self._final)
        if found is None:
            return self._alone(text[at], at)
        if found.partial:
            return None if len(text) - at < most else self._alone(text[at], at)
        if pattern is TAG:
            return self._tag(found), found.end()
        if pattern is _CITATION and (after := self._following(text, found.end())) in {"", "("}:
            return self._alone(text[at], at) if after else None
        return GAP, found.end()

    def _tag(self, tag: regex.Match[str]) -> str:
        if self._code and tag["name"]:
            return f"{GAP}{tag['name']}{GAP}"
        said = replacement(tag)
        if PARAGRAPH in said:
            self._code = 0
            self._open.clear()
        return said

    def _following(self, text: str, at: int) -> str:
        """Return the character at `at`: nothing where it has not come yet, a line end after the last one."""
        return text[at : at + 1] or ("\n" if self._final else "")

    def _alone(self, char: str, at: int) -> _Step:
        if char == "]":
            return " ", at + 1
        return GAP if char == "[" else char, at + 1
