from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import structlog

from wyoming_tts.telemetry.log import close, configure, flush, get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator


def fail() -> None:
    raise ValueError("canary")


class Stream(io.StringIO):
    """Counts how often it was flushed; may be a terminal."""

    def __init__(self, *, tty: bool = False) -> None:
        super().__init__()
        self._tty = tty
        self.flushed = 0

    def isatty(self) -> bool:
        return self._tty

    def flush(self) -> None:
        self.flushed += 1

    def getvalue(self) -> str:
        assert flush(10)
        return super().getvalue()

    def lines(self) -> list[str]:
        return self.getvalue().splitlines()


class StuckStream(Stream):
    """Takes no line until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.opened = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.reached.set()
        assert self.opened.wait(30)
        return super().write(text)


@pytest.fixture(autouse=True)
def _unconfigured() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_one_line_written_at_once() -> None:
    stream = Stream()
    configure("info", "console", stream)
    get_logger("wyoming_tts.x").info("ready", voices=3)
    (line,) = stream.lines()
    stamp, rest = line.split(" ", 1)
    assert rest == "info     ready voices=3"
    assert datetime.fromisoformat(stamp).utcoffset() is not None
    assert stamp.endswith("Z")
    assert stream.flushed == 1


def test_json_says_the_same_for_programs() -> None:
    stream = Stream()
    configure("debug", "json", stream)
    get_logger("wyoming_tts.x").debug("ready", voices=3)
    found = json.loads(stream.getvalue())
    found.pop("timestamp")
    assert found == {"event": "ready", "level": "debug", "logger": "wyoming_tts.x", "voices": 3}


def test_less_important_events_are_not_written() -> None:
    stream = Stream()
    configure("warning", "console", stream)
    log = get_logger("x")
    log.info("no")
    log.warning("yes")
    assert len(stream.lines()) == 1


def test_a_logger_follows_the_last_configuration() -> None:
    first, second = Stream(), Stream()
    log = get_logger("x")
    configure("error", "console", first)
    log.info("no")
    configure("info", "json", second)
    log.info("yes")
    logging.getLogger("library").warning("once")
    assert first.getvalue() == ""
    assert [json.loads(line)["event"] for line in second.lines()] == ["yes", "once"]


def test_it_writes_to_standard_error_and_never_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "console")
    get_logger("x").info("ready")
    assert flush(10)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "ready" in captured.err


def test_colours_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for tty, json_too in ((True, False), (False, False), (True, True)):
        stream = Stream(tty=tty)
        configure("info", "json" if json_too else "console", stream)
        get_logger("x").info("ready")
        assert ("\x1b" in stream.getvalue()) is (tty and not json_too)
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Stream(tty=True)
    configure("info", "console", stream)
    get_logger("x").info("ready")
    assert "\x1b" not in stream.getvalue()


def test_libraries_are_heard_from_warning_on_in_the_same_form() -> None:
    stream = Stream()
    configure("debug", "json", stream)
    library = logging.getLogger("some.library")
    library.info("no")
    library.warning("%s is slow", "it")
    library.log(35, "odd level")
    library.critical("100%")
    found = [json.loads(line) for line in stream.lines()]
    assert [(line["event"], line["level"], line["logger"]) for line in found] == [
        ("it is slow", "warning", "some.library"),
        ("odd level", "warning", "some.library"),
        ("100%", "critical", "some.library"),
    ]


@pytest.mark.parametrize(("level", "shown"), [("info", False), ("debug", True)])
def test_what_may_be_somebodys_text_is_written_at_debug_only(level: str, shown: bool) -> None:  # noqa: FBT001 - a case
    stream = Stream()
    configure(level, "console", stream)
    try:
        fail()
    except ValueError as error:
        get_logger("x").exception("failed")
        get_logger("x").warning("failed", error=error)
        get_logger("x").warning("failed", exc_info=error)
        logging.getLogger("library").exception("failed\nTask canary")
    logging.getLogger("library").error("Task exception was never retrieved\n%r", ValueError("canary"))
    assert len(stream.lines()) == 5
    assert [("canary" in line) for line in stream.lines()] == [shown] * 5
    assert [("ValueError" in line) for line in stream.lines()] == [True, True, True, True, shown]


def test_an_event_without_an_error_at_hand_has_none() -> None:
    stream = Stream()
    configure("info", "json", stream)
    get_logger("x").error("failed", exc_info=True)
    get_logger("x").error("failed", exc_info=(None, None, None))
    assert all("exc" not in json.loads(line) and "exception" not in json.loads(line) for line in stream.lines())


def test_what_is_bound_to_the_task_stands_in_each_line() -> None:
    stream = Stream()
    configure("info", "json", stream)
    with structlog.contextvars.bound_contextvars(request="r1"):
        get_logger("x").info("ready")
    assert json.loads(stream.getvalue())["request"] == "r1"


def test_a_log_nobody_can_read_any_more_ends_nothing() -> None:
    stream = Stream()
    configure("info", "console", stream)
    stream.close()
    get_logger("x").info("ready")
    assert flush(10)


def test_a_process_without_standard_error_logs_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    configure("info", "console")
    get_logger("x").info("ready")
    logging.getLogger("library").warning("once")
    assert flush(10)


def test_another_configuration_loses_no_line() -> None:
    first, second = Stream(), Stream()
    configure("info", "console", first)
    get_logger("x").info("one")
    configure("info", "console", second)
    get_logger("x").info("two")
    assert [len(first.lines()), len(second.lines())] == [1, 1]


@pytest.mark.parametrize("format_", ["json", "console"])
def test_the_last_lines_of_a_process_are_written_in_order(format_: str) -> None:
    code = (
        "from wyoming_tts.telemetry.log import configure, get_logger\n"
        f"configure('info', '{format_}')\n"
        "for number in range(500): get_logger('wyoming_tts.x').info('ready', number=number)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True)
    lines = done.stderr.splitlines()
    if format_ == "json":
        assert [json.loads(line)["number"] for line in lines] == list(range(500))
    else:
        assert [line.rpartition("=")[2] for line in lines] == [str(number) for number in range(500)]


@pytest.mark.parametrize("format_", ["json", "console"])
def test_a_pipe_that_nobody_reads_holds_up_neither_the_process_nor_its_end(format_: str) -> None:
    code = (
        "from wyoming_tts.telemetry.log import configure, get_logger\n"
        f"configure('info', '{format_}')\n"
        "for number in range(20_000): get_logger('x').info('ready', filler='x' * 100)\n"
        "print('done')"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"done\n"
        assert process.wait(timeout=30) == 0


def test_what_was_dropped_is_told_in_the_form_of_the_rest() -> None:
    for format_ in ("json", "console"):
        stuck = StuckStream()
        configure("info", format_, stuck)
        get_logger("x").info("first")
        assert stuck.reached.wait(10)
        for _ in range(2000):
            get_logger("x").info("ready", filler="x" * 1000)
        stuck.opened.set()
        lines = stuck.lines()
        told = [line for line in lines if "dropped" in line]
        counts = [json.loads(line)["lines"] if format_ == "json" else int(line.rpartition("=")[2]) for line in told]
        assert told
        assert len(lines) - len(told) + sum(counts) == 2001
        get_logger("x").info("and on")
        assert "and on" in stuck.lines()[-1]


def test_importing_configures_nothing() -> None:
    code = (
        "import logging, structlog, wyoming_tts.telemetry.log as log\n"
        "log.get_logger('x')\n"
        "assert not structlog.is_configured() and not logging.getLogger().handlers"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
