"""What the files of a voice may be called and hold, wherever they come from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CONFIG_BYTES = 4 * 1024**2
"""A voice of 904 speakers needs 20 kB; a file that only looks like one must not fill the memory."""
MAX_NAME_CHARS = 100
MAX_SPEAKERS = 10_000
"""Ten times those of the largest published voice."""

_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}")


@dataclass(frozen=True, slots=True)
class UnusableFile:
    """A file that looks like a voice and cannot be spoken with."""

    name: str
    """As it can be shown."""
    reason: str
    """A stable word for why not."""


def safe_name(name: str) -> bool:
    """Whether `name` can be a voice's and part of a path: letters and digits of any script, `_`, `-`, inner `.`."""
    return (
        0 < len(name) <= MAX_NAME_CHARS
        and name[0] != "."
        and all(char in "_.-" or unicodedata.category(char)[0] in "LMN" for char in name)
    )


def shown(text: str) -> str:
    """Return the printable characters of a text that somebody else wrote, and not too many of them."""
    return "".join(char for char in text[: 4 * MAX_NAME_CHARS] if char.isprintable())[:MAX_NAME_CHARS]


def is_tag(value: object) -> bool:
    """Whether this looks like a language tag, with `-` or `_`."""
    return isinstance(value, str) and _TAG.fullmatch(value) is not None
