"""What a client's SSML says, as plain text.

Read tag by tag and without an XML parser: nothing declares or expands an entity, and what is malformed is read on.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

LONG_BREAK_S = 0.5
"""Pauses from here on end the sentence, shorter ones part clauses."""

_TOKEN = regex.compile(
    r"(?P<text>[^<]++)"
    r"|<(?P<closing>/?)(?:[A-Za-z][\w.-]*+:)?(?P<name>[A-Za-z][\w.-]*+)"
    r"(?P<attributes>(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+)\s*+(?P<empty>/?)>"
    r"|(?P<section><!--|<!\[CDATA\[|<\?|<!DOCTYPE)"
    r"|<[!/][^<>]*+>|(?P<loose><)"
)
_SECTION_ENDS = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>", "<!DOCTYPE": ">"}
_DECLARATIONS = regex.compile(r"<!DOCTYPE[^\[<>]*+\[")
_ATTRIBUTE = regex.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_TIME = regex.compile(r"\+?([0-9]*\.?[0-9]+)\s*(ms|s)")
_UNKNOWN_ENTITY = regex.compile(r"&[A-Za-z_][\w.-]{0,60};")

_UNSAID = frozenset({"desc", "lexicon", "meta", "metadata", "script", "style", "title"})
_SENTENCES = frozenset({"p", "paragraph", "s", "sentence", "voice"})
_STRENGTHS = {"none": 0.0, "x-weak": 0.0, "weak": 0.25, "medium": 0.25, "strong": 0.75, "x-strong": 1.0}


def spoken_text(markup: str) -> str:
    """Return the words of an SSML document, sentence ends as blank lines; still to be cleaned like any other text."""
    return _Reading().read(markup)


class _Reading:
    def __init__(self) -> None:
        self._out: list[str] = []
        self._silent: str | None = None
        """The element whose content is not said, being replaced or no speech."""
        self._depth = 0
        self._missing: set[str] = set()
        """Ends of sections that do not come any more."""

    def read(self, markup: str) -> str:
        at = 0
        while token := _TOKEN.match(markup, at):
            at = token.end()
            if token["name"]:
                self._tag(token)
            elif token["section"]:
                at = self._section(markup, token)
            else:
                self._say(_characters(token["text"] or token["loose"] or ""))
        return "".join(self._out).strip()

    def _say(self, text: str) -> None:
        if self._silent is None:
            self._out.append(text)

    def _section(self, markup: str, opening: regex.Match[str]) -> int:
        """Pass a comment, an instruction or declarations, which are not said, or literal text, which is."""
        ends = "]>" if _DECLARATIONS.match(markup, opening.start()) else _SECTION_ENDS[opening[0]]
        end = -1 if ends in self._missing else markup.find(ends, opening.end())
        if end < 0:
            self._missing.add(ends)
            return opening.end()
        if opening[0] == "<![CDATA[":
            self._say(markup[opening.end() : end])
        return end + len(ends)

    def _tag(self, token: regex.Match[str]) -> None:
        name = token["name"].lower()
        if self._silent is not None:
            if name == self._silent and not token["empty"]:
                self._depth += -1 if token["closing"] else 1
                self._silent = self._silent if self._depth else None
        elif name in _SENTENCES:
            self._out.append("\n\n")
        elif not token["closing"]:
            self._opening(name, _attributes(token["attributes"]), empty=bool(token["empty"]))

    def _opening(self, name: str, attributes: Mapping[str, str], *, empty: bool) -> None:
        if name == "break":
            self._out.append(_pause(attributes))
        alias = attributes.get("alias") if name == "sub" else None
        if alias is not None:
            self._out.append(alias)
        if (alias is not None or name in _UNSAID) and not empty:
            self._silent, self._depth = name, 1


def _attributes(text: str) -> dict[str, str]:
    return {name.lower(): html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(text)}


def _characters(text: str) -> str:
    return _UNKNOWN_ENTITY.sub("", html.unescape(text))


def _pause(attributes: Mapping[str, str]) -> str:
    """Return the punctuation that stands for a `<break>`; without attributes it is of medium strength."""
    seconds = _STRENGTHS.get(attributes.get("strength", "medium"), 0.25)
    if time := _TIME.fullmatch(attributes.get("time", "").strip().lower()):
        seconds = float(time[1]) / (1000 if time[2] == "ms" else 1)
    if seconds <= 0:
        return " "
    return "\n\n" if seconds >= LONG_BREAK_S else ", "
