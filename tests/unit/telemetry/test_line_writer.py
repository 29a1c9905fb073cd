"""Lines reach a file descriptor whole and in order, whatever state it is in, and nobody waits for that."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.telemetry.line_writer import MAX_WAITING_CHARS, LineWriter

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

LINE = "x" * 999


def dropped(lines: int) -> str:
    return f"{lines} dropped"


@pytest.fixture
def pipe() -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    """Yield a reader and a writer; the writer does not wait, as one that is shared with a socket loop."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with open(reading, encoding="utf-8") as reader, open(writing, "w", encoding="utf-8") as writer:  # noqa: PTH123
        yield reader, writer


def test_a_full_pipe_is_waited_for_in_the_thread_only(pipe: tuple[io.TextIOWrapper, io.TextIOWrapper]) -> None:
    reader, stream = pipe
    writer = LineWriter(stream, dropped)
    for number in range(200):
        writer.put(f"{number} {LINE}")
    assert not writer.flush(0.1)
    assert [reader.readline() for _ in range(200)] == [f"{number} {LINE}\n" for number in range(200)]
    assert writer.flush(10)
    writer.close()


def test_dropping_begins_at_the_bound_and_is_told_behind_what_was_kept(
    pipe: tuple[io.TextIOWrapper, io.TextIOWrapper],
) -> None:
    reader, stream = pipe
    writer = LineWriter(stream, dropped)
    put = 4 * MAX_WAITING_CHARS // len(LINE)
    for _ in range(put):
        writer.put(LINE)
    kept, told, last = 0, 0, ""
    while kept + told < put:
        last = reader.readline()
        if last.endswith("dropped\n"):
            told += int(last.split()[0])
        else:
            assert last.strip() == LINE
            kept += 1
    assert told
    assert kept < 2.2 * MAX_WAITING_CHARS / len(LINE)
    writer.put("again")
    assert reader.readline() == "again\n"
    writer.close()


def test_a_stuck_stream_costs_the_end_of_the_process_little(pipe: tuple[io.TextIOWrapper, io.TextIOWrapper]) -> None:
    reader, stream = pipe
    writer = LineWriter(stream, dropped)
    for _ in range(200):
        writer.put(LINE)
    closing = threading.Thread(target=writer.close)
    closing.start()
    closing.join(5)
    assert not closing.is_alive()
    writer.put("too late")
    os.set_blocking(reader.fileno(), True)
    assert [reader.readline().strip() for _ in range(200)] == [LINE] * 200


def test_a_broken_pipe_is_passed_over(pipe: tuple[io.TextIOWrapper, io.TextIOWrapper]) -> None:
    reader, stream = pipe
    reader.close()
    writer = LineWriter(stream, dropped)
    writer.put("a")
    assert writer.flush(10)
    writer.close()
    writer.close()


def test_no_stream_takes_nothing() -> None:
    writer = LineWriter(None, dropped)
    writer.put("a")
    assert writer.flush(0)
    writer.close()


def test_what_the_stream_cannot_encode_is_spelt_out() -> None:
    reading, writing = os.pipe()
    with open(reading, encoding="ascii") as reader, open(writing, "w", encoding="ascii") as stream:  # noqa: PTH123
        writer = LineWriter(stream, dropped)
        writer.put("\u00e4")
        assert reader.readline() == "\\xe4\n"
        writer.close()
