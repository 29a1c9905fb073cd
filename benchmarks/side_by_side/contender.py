"""One of those that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.side_by_side.call import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from benchmarks.side_by_side.caller_process import CallerProcess
    from benchmarks.side_by_side.heard import Heard


@dataclass(frozen=True, slots=True)
class Contender:
    """A server, or the bare engine, and the process that speaks to it."""

    name: str
    callers: CallerProcess
    pid: int
    """The root of its processes."""
    port: int = 0
    voice: str | None = None
    ready: Callable[[], Awaitable[object]] | None = None
    """Waits until it says that it is ready; None for one that says nothing."""

    async def hear(self, *calls: Call) -> list[Heard]:
        """Make these calls, and return what was heard once all answers are over, whole or not."""
        return await self.callers.hear(self.port, self.voice, calls)

    async def hear_text(self, text: str) -> Heard:
        """Ask for one text; raises RuntimeError where the answer is not a whole one."""
        (heard,) = await self.hear(Call(text))
        if heard.error:
            raise RuntimeError(f"{self.name}: {heard.error}")
        return heard
