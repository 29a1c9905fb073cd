"""A limit for the waits of one task, one after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class Deadline:
    """Like `asyncio.timeout_at`, for many short waits: its timer is left running between them and moved when it rings.

    A timer for each chunk of audio, set and taken back, cost as much as judging the chunk. `close` it in the end.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        """Who waits; None between two waits."""
        self._cancelling = 0
        self._by: float | None = None
        self.expired = False
        """The last wait took too long."""

    def until(self, by: float | None) -> Self:
        """Set when the next wait ends in TimeoutError, on the loop's clock; None for never."""
        self._by = by
        return self

    def __enter__(self) -> Self:
        self._task = asyncio.current_task(self._loop)
        if self._task is None:
            raise RuntimeError("only a task can wait")
        self._cancelling = self._task.cancelling()
        self.expired = False
        if self._by is not None and (self._timer is None or self._by < self._timer.when()):
            self._set(self._by)
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        # As in asyncio.timeout: where somebody else cancelled the task as well, that is not ours to swallow.
        if self.expired and task is not None and task.uncancel() <= self._cancelling:
            self.expired = type_ is asyncio.CancelledError
            if self.expired:
                raise TimeoutError from error

    def close(self) -> None:
        """Let go of the timer; may be called twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, at: float) -> None:
        self.close()
        self._timer = self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._task is None or self._by is None:
            return  # the next wait sets it anew
        if self._by > self._loop.time():
            self._set(self._by)
            return
        self.expired = True
        self._task.cancel()
