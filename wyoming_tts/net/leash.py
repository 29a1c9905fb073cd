"""Whatever one client still waits for or reads, so that closing it breaks that off."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import aiohttp

    Open = aiohttp.ClientResponse | aiohttp.ClientWebSocketResponse


class Leash:
    """Held by a client; broken once."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._waits: set[asyncio.Timeout] = set()
        self._open: set[Open] = set()
        self._broken = False

    def check(self) -> None:
        """Raise ProviderUnavailable once it is broken."""
        if self._broken:
            raise ProviderUnavailable("it is closed", provider=self._provider)

    @asynccontextmanager
    async def waiting(self, limit_s: float | None = None) -> AsyncIterator[None]:
        """Bound what is awaited inside; raises TimeoutError, and ProviderUnavailable where it was broken off."""
        self.check()
        try:
            async with asyncio.timeout(limit_s) as wait:
                self._waits.add(wait)
                try:
                    yield
                finally:
                    self._waits.discard(wait)
        except TimeoutError:
            self.check()
            raise

    @contextmanager
    def holding(self, open_: Open) -> Iterator[None]:
        """Close it, if need be, while it is read inside."""
        self._open.add(open_)
        try:
            self.check()
            yield
        finally:
            self._open.discard(open_)

    async def break_off(self) -> None:
        """End everything, and let nothing begin; may be called twice."""
        self._broken = True
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(asyncio.get_running_loop().time())
        for open_ in list(self._open):
            closing = open_.close()
            if closing is not None:
                await closing
