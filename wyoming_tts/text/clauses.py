"""Where clauses begin: the places at which a speaker could begin again."""

from __future__ import annotations

import regex

from wyoming_tts.text import sentence_ends

# A sign between digits or letters (3,14 or 7:30) parts nothing; the full-width ones part without a blank.
_CLOSERS = r"[\p{Pe}\p{Pf}\p{Pi}\"']*"
_PARTINGS = regex.compile(
    rf"(?P<stop>[\p{{Terminal_Punctuation}}…]++{_CLOSERS})\s+"
    rf"|[\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]++{_CLOSERS}\s*"
    r"|\p{Pe}\s+|\s+(?=\p{Ps})|\s+[-\u2013\u2014]+\s+|\u2014\s*|\s*\n\s*"
)
_SAID = regex.compile(r"[\p{L}\p{N}]")


def clause_starts(text: str) -> list[int]:
    """Return the offset of each clause but the first; abbreviations and ordinals (`z. B.`, `22. Mai`) end none."""
    starts: list[int] = []
    before = 0
    for found in _PARTINGS.finditer(text):
        start = found.end()
        if _SAID.search(text, before, found.start() + 1) and _SAID.search(text, start) and not _goes_on(text, found):
            starts.append(start)
            before = start
    return starts


def _goes_on(text: str, found: regex.Match[str]) -> bool:
    """Whether it is a stop that ends no sentence, as the rules for sentences say."""
    stop = found["stop"] or ""
    if not stop.startswith(".") or stop.startswith(".."):
        return False
    following = text[found.end() : found.end() + 1]
    return sentence_ends.judge(text[: found.end("stop")], following) is sentence_ends.Verdict.NO_END
