"""A program and its arguments, with places in them for what is to be said and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLACEHOLDERS = ("text", "voice", "language", "speed", "stretch", "pitch", "volume")
_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_]+)\}")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """No shell ever sees it: each part is one argument, whatever is put into it."""

    parts: tuple[str, ...]

    @classmethod
    def parse(cls, parts: Sequence[str]) -> CommandLine:
        """Return the command; raises ValueError, in the owner's words, where it cannot work."""
        if not parts or not parts[0].strip():
            raise ValueError("must begin with a program")
        if any("\0" in part for part in parts):
            raise ValueError("must not hold a NUL character")
        if _names(parts[0]):
            raise ValueError("must begin with a program, which is always the same; placeholders may follow")
        unknown = sorted({name for part in parts for name in _names(part)} - set(PLACEHOLDERS))
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ValueError(
                f"{{{unknown[0]}}} is none of {known}; for the braces themselves write {{{{{unknown[0]}}}}}"
            )
        return cls(tuple(parts))

    @property
    def takes_text(self) -> bool:
        """The text is an argument; otherwise it goes to standard input."""
        return any("text" in _names(part) for part in self.parts)

    def filled(self, values: Mapping[str, str]) -> list[str]:
        """Return the arguments with a value in each place; one that would look like an option gets a blank in front."""
        return [self.parts[0], *(_filled(part, values) for part in self.parts[1:])]


def _names(part: str) -> list[str]:
    return [found[1] for found in _PLACE.finditer(part) if found[1]]


def _filled(part: str, values: Mapping[str, str]) -> str:
    filled = _PLACE.sub(lambda found: values[found[1]] if found[1] else found[0][0], part)
    return f" {filled}" if filled.startswith("-") and not part.startswith("-") else filled
