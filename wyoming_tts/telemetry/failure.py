"""An exception in a log: what and where, and its own words only where they cannot be somebody's text."""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import TYPE_CHECKING

from wyoming_tts.errors import TtsError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_FRAMES = 12
_MAX_ERRORS = 8


def described(error: BaseException, *, messages: bool) -> str:
    """Return the error, the way it came (innermost last) and its causes, on one line.

    A library's message may quote the text it choked on, so it is left out unless `messages`; those of our own tree
    never do.
    """
    return "; from ".join(_one(each, messages=messages) for each in _chain(error))


def _one(error: BaseException, *, messages: bool) -> str:
    name = type(error).__qualname__
    words = f"{name}: {error}" if messages or isinstance(error, TtsError) else name
    frames = [
        f"{'/'.join(PurePath(frame.f_code.co_filename).parts[-2:])}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return f"{words} at {' > '.join(frames[-_MAX_FRAMES:])}" if frames else words


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, what a group holds, and what they came from, each once."""
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < _MAX_ERRORS:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        cause = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if cause is not None:
            waiting.append(cause)
