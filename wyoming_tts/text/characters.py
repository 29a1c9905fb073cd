"""Code points: what must not be said goes first, and what is left is composed last."""

from __future__ import annotations

import html
import unicodedata

import regex

from wyoming_tts.text.signals import PICTURE

ENTITY_MAX = 33
"""The longest name HTML knows has 31 letters (`&CounterClockwiseContourIntegral;`)."""

MARKS_MAX = 16
"""Combining marks on one letter; no language stacks more than a handful."""

_ENTITY = regex.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ENTITY_BEGUN = regex.compile(r"(?:&[#A-Za-z0-9]{0,32}|\r)\Z")

# Line and page ends of every sort are line feeds.
_LINE_ENDS = regex.compile(r"[\x0b\x0c\x85\u2028\u2029]")
_SPACES = regex.compile(r"[\t\p{Zs}]")
# Controls, surrogates, private use, format controls (bidi, zero-width, soft hyphen, BOM, tags), variation selectors,
# the keycap's frame; the two joiners are looked at apart.
_DROPPED = regex.compile(r"[[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Cf}\p{VS}]--[\n\u200c\u200d]]", regex.V1)
_SIGNS_SAID = "©®™"
_PICTURES = regex.compile(
    rf"[[\p{{Extended_Pictographic}}\p{{Emoji_Presentation}}\p{{Emoji_Modifier}}\p{{Regional_Indicator}}"
    rf"\u2300-\u23ff\u2400-\u243f\u2500-\u2775\u2794-\u27bf\u2800-\u28ff\u2b00-\u2bff\U0001f000-\U0001faff]"
    rf"--[{_SIGNS_SAID}\u2308-\u230b\u2329\u232a\u275b-\u2760\u2768-\u2775\U0001f100-\U0001f10c\u2022]]",
    regex.V1,
)
_BULLETS = regex.compile(r"[\u2023\u2043\u204c\u204d\u2219\u25a0\u25a1\u25c6\u25cb\u25cf\u25e6]")
_DOUBLED = str.maketrans({"\u203c": "!!", "\u2047": "??", "\u2048": "?!", "\u2049": "!?"})
_KEYCAP = regex.compile(r"[0-9#*]\u20e3")
_KEYCAP_BEGUN = regex.compile(r"[0-9#*]\Z")
# Joiners change how a word is read in these scripts, and only there.
_JOINED = (
    r"\p{Arab}\p{Syrc}\p{Mong}\p{Deva}\p{Beng}\p{Guru}\p{Gujr}\p{Orya}\p{Taml}\p{Telu}\p{Knda}\p{Mlym}\p{Sinh}\p{Khmr}"
)
_STRAY_JOINERS = regex.compile(rf"(?<![{_JOINED}])[\u200c\u200d]+")

_FOLLOWERS = r"[\p{M}\u1160-\u11ff\U00016d63-\U00016d6a]"
_TOO_MANY = regex.compile(rf"({_FOLLOWERS}{{{MARKS_MAX}}}){_FOLLOWERS}+")
# A mark that follows could still change the last letter; spaces and sentence punctuation compose with nothing.
_COMPOSING = regex.compile(rf"(?:[^\s.,;:!?…。]|{_FOLLOWERS}){_FOLLOWERS}{{0,{MARKS_MAX + 1}}}\Z")


class Entities:
    """Character references become characters, and line ends line feeds."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, chunk: str) -> str:
        """Return what is certain by now; an unfinished reference is held back."""
        text = self._held + chunk
        begun = _ENTITY_BEGUN.search(text, max(0, len(text) - ENTITY_MAX))
        cut = begun.start() if begun else len(text)
        self._held = text[cut:]
        return self._decoded(text[:cut])

    def finish(self) -> str:
        """Return the rest."""
        held, self._held = self._held, ""
        return self._decoded(held)

    def _decoded(self, text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


class Characters:
    """Emoji become a signal, spaces one kind of space; what has no sound is dropped."""

    def __init__(self) -> None:
        self._held = ""
        self._last = ""

    def feed(self, chunk: str) -> str:
        """Return what is certain by now; a digit is held back while it may turn out to be a keycap."""
        text = self._held + self._plain(chunk)
        begun = _KEYCAP_BEGUN.search(text, max(0, len(text) - 1))
        cut = begun.start() if begun else len(text)
        self._held = text[cut:]
        return self._joined(text[:cut])

    def finish(self) -> str:
        """Return the rest."""
        held, self._held = self._held, ""
        return self._joined(held)

    def _plain(self, chunk: str) -> str:
        """Replace what can be judged one code point at a time."""
        if chunk.isascii() and chunk.isprintable():
            return chunk
        chunk = _SPACES.sub(" ", _LINE_ENDS.sub("\n", chunk))
        chunk = _DROPPED.sub("", chunk)
        if chunk.isascii():
            return chunk
        return _PICTURES.sub(PICTURE, _BULLETS.sub("•", chunk.translate(_DOUBLED)))

    def _joined(self, text: str) -> str:
        text = _KEYCAP.sub(PICTURE, text).replace("\u20e3", "")
        known = len(self._last)
        kept = _STRAY_JOINERS.sub("", self._last + text, pos=known)[known:]
        self._last = kept[-1:] or self._last
        return kept


class Composed:
    """Canonical composition (NFC) of a text that comes in pieces."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, chunk: str) -> str:
        """Return what is certain by now; the last letter is held back with its marks."""
        text = _TOO_MANY.sub(r"\1", self._held + chunk)
        open_end = _COMPOSING.search(text, max(0, len(text) - MARKS_MAX - 2))
        cut = open_end.start() if open_end else len(text)
        self._held = text[cut:]
        return unicodedata.normalize("NFC", text[:cut])

    def finish(self) -> str:
        """Return the rest."""
        held, self._held = self._held, ""
        return unicodedata.normalize("NFC", held)
