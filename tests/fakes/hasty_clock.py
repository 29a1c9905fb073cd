"""A clock whose waits are over at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class HastyClock:
    """Time passes only by sleeping; `on_sleep` is called at the beginning of each wait."""

    def __init__(self, on_sleep: Callable[[float], None] = lambda _: None) -> None:
        self.slept: list[float] = []
        self._now = 0.0
        self._on_sleep = on_sleep

    def now(self) -> float:
        return self._now

    async def sleep(self, s: float) -> None:
        self.slept.append(s)
        self._on_sleep(s)
        self._now += s
        await asyncio.sleep(0)
