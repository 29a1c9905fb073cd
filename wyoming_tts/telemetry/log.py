"""The log: one line for each event, to standard error, without ever waiting for who reads it."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Literal, cast

import structlog

from wyoming_tts.telemetry.line import ConsoleLine, json_line, plain
from wyoming_tts.telemetry.line_writer import EXIT_S, LineWriter

if TYPE_CHECKING:
    from typing import TextIO

    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

LogFormat = Literal["console", "json"]


def configure(level: str, format_: LogFormat, stream: TextIO | None = None) -> None:
    """Write the process's events from `level` upwards to `stream` (standard error); may be called again.

    Libraries that use `logging` are heard from WARNING upwards. At DEBUG the words of foreign errors are written too.
    Where the process was started without a standard error nothing is written.
    """
    target = sys.stderr if stream is None else stream
    number = logging.getLevelNamesMapping()[level.upper()]
    messages = number <= logging.DEBUG
    colours = target is not None and target.isatty() and not os.environ.get("NO_COLOR")
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    render = json_line if format_ == "json" else ConsoleLine(colours=colours)

    def dropped(lines: int) -> str:
        event = {"event": "log lines dropped, nobody was reading", "level": "warning", "lines": lines}
        return render(None, "warning", stamp(None, "warning", event))

    close()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stamp,
            _Plain(messages=messages),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        context_class=dict,
        logger_factory=_Loggers(LineWriter(target, dropped)),
        cache_logger_on_first_use=False,  # a reload may change the level
    )
    _hear_libraries(whole_messages=messages)


def get_logger(name: str) -> FilteringBoundLogger:
    """Return a logger for a module; it follows whatever `configure` says last."""
    return cast("FilteringBoundLogger", structlog.get_logger(name))


def flush(within_s: float = EXIT_S) -> bool:
    """Wait until all that was logged is written; return whether it is. Not for the event loop."""
    loggers = structlog.get_config()["logger_factory"]
    return not isinstance(loggers, _Loggers) or loggers.writer.flush(within_s)


def close() -> None:
    """Write what was logged, then no more until `configure`; the end of the process does it by itself."""
    loggers = structlog.get_config()["logger_factory"]
    if isinstance(loggers, _Loggers):
        loggers.writer.close()


class _Logger:
    """Hands on whole lines."""

    def __init__(self, writer: LineWriter, name: str) -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = writer.put


class _Loggers:
    """Makes loggers, all on one stream."""

    def __init__(self, writer: LineWriter) -> None:
        self.writer = writer

    def __call__(self, *names: str) -> _Logger:
        return _Logger(self.writer, names[0] if names else "")


class _Plain:
    """Makes every value one that can be written: bounded, and a foreign error without its words."""

    def __init__(self, *, messages: bool) -> None:
        self._messages = messages

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG002
        error = event.pop("exc_info", None)
        if isinstance(error, tuple):
            error = error[1]
        elif error and not isinstance(error, BaseException):
            error = sys.exception()
        if name := getattr(logger, "name", ""):
            event.setdefault("logger", name)
        if isinstance(error, BaseException):
            event["exception"] = error
        return {key: plain(value, messages=self._messages) for key, value in event.items()}


class _LibraryHandler(logging.Handler):
    """Turns a library's record into an event of ours."""

    def __init__(self, *, whole_messages: bool) -> None:
        super().__init__(logging.WARNING)
        self._whole_messages = whole_messages

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; above debug its first line, since asyncio adds the repr of failed tasks below it."""
        message = record.getMessage()
        if not self._whole_messages:
            message = next(iter(message.splitlines()), "")
        level = min(record.levelno // 10 * 10, logging.CRITICAL)
        get_logger(record.name).log(level, message, exc_info=record.exc_info)


def _hear_libraries(*, whole_messages: bool) -> None:
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _LibraryHandler):
            root.removeHandler(handler)
    root.addHandler(_LibraryHandler(whole_messages=whole_messages))
    root.setLevel(logging.WARNING)
