"""Telling AllTalk that nobody listens any more."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.net.api_client import ApiClient

MOMENT_S = 0.1
"""For whoever leaves; after that the telling goes on behind his back."""
CLOSE_S = 1.0
"""For a telling that is under way when the house closes."""


class Stopper:
    """One telling at a time. AllTalk stops whatever it is making, so nobody may begin before it is `settled`."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._telling: asyncio.Task[None] | None = None
        self._closed = False

    async def stop(self, body: AsyncIterator[bytes] | None = None) -> None:
        """Tell it, and give it a moment to end; raises no ProviderError.

        `body` is read on meanwhile: XTTS looks for the stop between two pieces of audio, and where nobody takes
        the next one it never looks, and stops the next utterance instead.
        """
        if self._closed:
            return
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(), name=f"stopping {self._api.provider}")
        with suppress(TimeoutError, ProviderError):
            async with asyncio.timeout(MOMENT_S):
                if body is not None:
                    async for _ in body:
                        pass
                await self.settled()

    async def settled(self) -> None:
        """Wait until the server has taken the last telling, or has failed to."""
        if self._telling is not None:
            await asyncio.wait({self._telling})

    async def aclose(self) -> None:
        """End the telling; may be called twice."""
        self._closed = True
        if self._telling is not None:
            await asyncio.wait({self._telling}, timeout=CLOSE_S)
            self._telling.cancel()
            await asyncio.wait({self._telling})

    async def _tell(self) -> None:
        with suppress(ProviderError):  # an older server that cannot be told makes it to its end
            async with self._api.request("PUT", "api/stop-generation"):
                pass
