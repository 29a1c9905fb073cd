"""One event as one line, whatever a client or a service put into its values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from wyoming_tts.telemetry.failure import described

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

# Long enough for every sentence of ours; a client's text may be longer than a disk.
_MAX_CHARS = 2_000
_MAX_ITEMS = 50
_MAX_DEPTH = 4

# Controls, line separators, marks that turn the direction of text, and halves of surrogate pairs: each can make a
# terminal or a reader see another line than the one that was written.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BARE = re.compile(r"[^\s\"'=\\]+\Z")
_FIRST = ("timestamp", "level", "event")
_OWN_LOGGERS = "wyoming_tts"
_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "1;31"}


def escaped(text: str) -> str:
    r"""Return the text with everything that is no ordinary character spelt out, a newline as `\n`."""
    return _UNSAFE.sub(_spelt, text)


def plain(value: object, *, messages: bool, depth: int = 0) -> Any:
    """Return the value as JSON can say it, of bounded size, never with audio or a foreign error's words in it."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, BaseException):
        return _cut(described(value, messages=messages))
    if isinstance(value, Mapping | list | tuple | set | frozenset) and depth < _MAX_DEPTH:
        return _collected(value, messages=messages, depth=depth + 1)
    return _cut(value if isinstance(value, str) else str(value))


class ConsoleLine:
    """Renders for people: time, level, sentence, `key=value`."""

    def __init__(self, *, colours: bool) -> None:
        self._colours = colours

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:  # noqa: ARG002 - structlog's way
        """Return the line without its newline."""
        fields = {key: value for key, value in event.items() if key not in _FIRST}
        if str(fields.get("logger", "")).startswith(_OWN_LOGGERS):
            del fields["logger"]
        level = str(event.get("level", ""))
        words = [
            self._coloured(str(event.get("timestamp", "")), "2"),
            self._coloured(f"{level:<8}", _COLOURS.get(level, "0")),
            self._coloured(escaped(str(event.get("event", ""))), "1"),
            *(f"{self._coloured(escaped(str(key)), '36')}={_shown(value)}" for key, value in fields.items()),
        ]
        return " ".join(words)

    def _coloured(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colours else text


def json_line(logger: WrappedLogger, method: str, event: EventDict) -> str:  # noqa: ARG001 - structlog's way
    """Render for programs: one JSON object, ASCII only."""
    ordered = {key: event[key] for key in _FIRST if key in event}
    return json.dumps(ordered | {key: value for key, value in event.items() if key not in _FIRST})


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    quoted = text if _BARE.match(text) or not isinstance(value, str) else json.dumps(text, ensure_ascii=False)
    return escaped(quoted)


def _spelt(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_CHARS else f"{text[:_MAX_CHARS]}... ({len(text)} characters)"


def _collected(value: Mapping[Any, Any] | Iterable[Any], *, messages: bool, depth: int) -> Any:
    if isinstance(value, Mapping):
        pairs = list(value.items())[:_MAX_ITEMS]
        return {_cut(str(key)): plain(below, messages=messages, depth=depth) for key, below in pairs}
    return [plain(below, messages=messages, depth=depth) for below in list(value)[:_MAX_ITEMS]]
