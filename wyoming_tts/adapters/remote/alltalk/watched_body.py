"""A body of which one knows whether more may come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderError, ProviderTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class WatchedBody:
    """Passes everything on. An object and no generator: nothing is left to finalise."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self.ended = False
        """The server has ended it, in order or by breaking off."""
        self.stalled = False
        """Nothing came for too long; the server may still be at work."""
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._body)
        except ProviderTimeout:
            self.stalled = True
            raise
        except (StopAsyncIteration, ProviderError):
            self.ended = True
            raise
