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
    r"(?P<text>[^<]++)|<!--(?:(?!-->).){0,4000}+-->|<!\[CDATA\[(?P<raw>(?:(?!\]\]>).){0,100000}+)\]\]>"
    r"|<!DOCTYPE[^\[<>]{0,1000}+(?:\[(?:[^\]\"']|\"[^\"]*+\"|'[^']*+'){0,100000}+\])?\s*+>|<\?(?:(?!\?>).){0,1000}+\?>"
    r"|<(?P<closing>/?)(?:[A-Za-z][\w.-]*+:)?(?P<name>[A-Za-z][\w.-]*+)"
    r"(?P<attributes>(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+)\s*+(?P<empty>/?)>"
    r"|<[!?/][^<>]*+>|(?P<loose><)",
    regex.DOTALL,
)
_ATTRIBUTE = regex.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_TIME = regex.compile(r"\+?([0-9]*\.?[0-9]+)\s*(ms|s)")
_UNKNOWN_ENTITY = regex.compile(r"&[A-Za-z_][\w.-]{0,60};")

_UNSAID = frozenset({"desc", "lexicon", "meta", "metadata", "script", "style", "title"})
_SENTENCES = frozenset({"p", "paragraph", "s", "sentence", "speak", "voice"})
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

    def read(self, markup: str) -> str:
        for token in _TOKEN.finditer(markup):
            if token["name"]:
                self._tag(token)
            elif self._silent is None:
                self._out.append(token["raw"] or token["loose"] or _characters(token["text"] or ""))
        return "".join(self._out).strip()

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
