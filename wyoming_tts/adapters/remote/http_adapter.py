"""What all engines behind HTTP share: one client, connections opened ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.adapters.remote.remote_adapter import REFRESH_S, RemoteAdapter
from wyoming_tts.net.api_client import ApiClient

if TYPE_CHECKING:
    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.net.api_client import Judge
    from wyoming_tts.net.endpoint import Endpoint

REOPEN_AFTER_S = 45.0
"""Since the last request: servers and the session itself drop a connection that was idle for a minute."""
IN_USE_S = 600.0
"""Since somebody spoke last: so long a connection is kept ready for the default voice."""


class HttpAdapter(RemoteAdapter):
    """Speaks through `api`. A subclass calls `speaking()` for each utterance, so that its connections are kept warm."""

    def __init__(
        self,
        endpoint: Endpoint,
        context: AdapterContext,
        *,
        judge: Judge | None = None,
        refresh_s: float = REFRESH_S,
    ) -> None:
        super().__init__(endpoint.provider, context, origin=endpoint.base_url, refresh_s=refresh_s)
        self.api = ApiClient(endpoint, context.http, judge)
        self._spoke_at: float | None = None
        self._opened_at: float | None = None

    def speaking(self) -> None:
        """Note that somebody speaks now."""
        self._spoke_at = self._opened_at = self._clock.now()

    async def open_ahead(self) -> None:
        """Open a connection, unless one is open."""
        now = self._clock.now()
        if self._opened_at is None or now - self._opened_at > REOPEN_AFTER_S:
            self._opened_at = now
            await self.api.open_ahead()

    async def warm(self, voice: str) -> None:
        """Keep a connection ready while it is in use; there is nothing to load."""
        self.voice(voice)
        if self._spoke_at is not None and self._clock.now() - self._spoke_at < IN_USE_S:
            await self.open_ahead()

    async def aclose(self) -> None:
        """End the watching, and whatever is being spoken."""
        await super().aclose()
        await self.api.aclose()
