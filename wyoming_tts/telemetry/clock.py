"""Time as something that is handed in, so that tests need not wait."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that only ever grow, and waiting for them."""

    def now(self) -> float:
        """Return seconds since some fixed moment."""
        ...

    async def sleep(self, s: float) -> None:
        """Wait for `s` seconds."""
        ...


class SystemClock:
    """The machine's own monotonic time."""

    def now(self) -> float:
        """Return the event loop's kind of seconds."""
        return time.monotonic()

    async def sleep(self, s: float) -> None:
        """Wait for `s` seconds of real time."""
        await asyncio.sleep(s)
