"""An event loop whose time passes only while nothing can be done: every wait is over at once, over real sockets too."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

GRACE_S = 0.002
"""A thread that nobody announced gets this long to wake the loop before its time jumps."""
HANG_S = 5.0
"""Nothing is scheduled and nobody has written anything for so long: nothing ever will."""


class Hang(RuntimeError):
    """Everything waits for something that cannot come."""


class IdleLoop(asyncio.SelectorEventLoop):
    """Computing takes no time here; sockets must have both their ends in it. Jobs of an executor are waited for."""

    def __init__(self) -> None:
        self._selecting = _Selector(lambda: self._jobs > 0)
        super().__init__(self._selecting)
        self._jobs = 0

    def time(self) -> float:
        return self._selecting.skipped_s

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]  # passed on
        future = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        future.add_done_callback(self._done)
        return future

    def _done(self, _: asyncio.Future[Any]) -> None:
        self._jobs -= 1


class LoopClock:
    """The loop's own time."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, s: float) -> None:
        await asyncio.sleep(s)


def run_idle(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on an idle loop."""
    with asyncio.Runner(loop_factory=IdleLoop) as runner:
        return runner.run(main)


class _Selector(selectors.DefaultSelector):
    def __init__(self, busy: Callable[[], bool]) -> None:
        super().__init__()
        self._busy = busy
        self.skipped_s = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if (ready := super().select(0)) or timeout == 0:
            return ready
        if ready := super().select(GRACE_S):
            return ready
        if self._busy():
            return super().select(1.0)
        if timeout is None:
            if not (ready := super().select(HANG_S)):
                raise Hang
            return ready
        self.skipped_s += timeout + 1e-6
        return []
