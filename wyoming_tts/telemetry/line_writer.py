"""Lines on their way to a stream that may take none: the log waits for the reader, the server never does."""

from __future__ import annotations

import atexit
import os
import select
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

MAX_WAITING_CHARS = 1_000_000
"""Of lines that nobody has read yet, some thousands; what comes beyond is dropped and counted."""

EXIT_S = 0.5
"""How long the last lines may take at the end of the process."""


class LineWriter:
    """Writes lines to `stream` in their order from a thread of its own; `put` may be called from any thread."""

    def __init__(self, stream: TextIO | None, dropped: Callable[[int], str]) -> None:
        """Take `dropped` for the line that says how many lines were; a `stream` of None takes none at all."""
        self._stream = stream
        self._dropped_line = dropped
        self._changed = threading.Condition()  # its lock is re-entrant: a finalizer may log while a line is put
        self._waiting: list[str] = []
        self._chars = 0
        self._dropped = 0
        self._writing = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def put(self, line: str) -> None:
        """Have the line written soon, or dropped where too many wait."""
        with self._changed:
            if self._stream is None or self._closed:
                return
            if self._dropped or self._chars + len(line) > MAX_WAITING_CHARS:
                self._dropped += 1
                return
            self._waiting.append(line)
            self._chars += len(line)
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def flush(self, within_s: float) -> bool:
        """Wait until all lines are written; return whether they are."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._waiting or self._writing), within_s)

    def close(self, within_s: float = EXIT_S) -> None:
        """Write what waits, then no more; may be called twice."""
        self.flush(within_s)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        atexit.unregister(self.close)

    def _run(self) -> None:
        while lines := self._next_lines():
            for line in lines:
                # A log nobody can read any more (a closed pipe, a full disk) must not end an answer.
                with suppress(OSError, ValueError):
                    self._write(f"{line}\n")

    def _next_lines(self) -> list[str]:
        """Return what waits, and as its last what was dropped behind it; nothing once closed."""
        with self._changed:
            self._writing = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._closed)
            lines, self._waiting, self._chars = self._waiting, [], 0
            if self._dropped:
                lines.append(self._dropped_line(self._dropped))
                self._dropped = 0
            self._writing = bool(lines)
        return lines

    def _write(self, text: str) -> None:
        """Write past Python's buffers: held by a stuck thread, they would abort the process at its end."""
        stream = self._stream
        assert stream is not None  # noqa: S101 - `put` takes no line without one
        try:
            fd = stream.fileno()
        except OSError:  # not a file, as in tests
            stream.write(text)
            stream.flush()
            return
        left = memoryview(text.encode(stream.encoding or "utf-8", "backslashreplace"))
        while left:
            try:
                left = left[os.write(fd, left) :]
            except BlockingIOError:  # somebody who shares it has made it so
                select.select([], [fd], [])
