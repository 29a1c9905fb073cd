"""A websocket that speaks JSON, with every failure of the line as a ProviderError."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp

from wyoming_tts.errors import BadAudio
from wyoming_tts.net.line_failure import translated

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiSocket:
    """Objects out and in; one task may read while another writes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, provider: str, *, read_s: float) -> None:
        self._socket = socket
        self._provider = provider
        self._read_s = read_s

    @property
    def closed(self) -> bool:
        """Nothing more can be sent."""
        return self._socket.closed

    @property
    def close_code(self) -> int | None:
        """Why it ended (RFC 6455, 7.4); None while it is open. 1006 is a line that broke."""
        return self._socket.close_code

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send one object; raises ProviderError, also where the server does not read."""
        with translated(self._provider):
            async with asyncio.timeout(self._read_s):
                await self._socket.send_str(json.dumps(message))

    async def receive(self, *, within_s: float | None = None) -> dict[str, Any] | None:
        """Return the next object, None where the server has closed; raises ProviderError.

        `within_s` overrides how long a read may take.
        """
        with translated(self._provider):
            message = await self._socket.receive(timeout=within_s or self._read_s)
        if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            return self._parsed(message.data)
        return None

    def _parsed(self, data: str | bytes) -> dict[str, Any]:
        # Not strictly: what a UnicodeDecodeError shows of itself is the whole message.
        text = data if isinstance(data, str) else data.decode(errors="replace")
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadAudio("a message that is no JSON", provider=self._provider) from error
        if not isinstance(parsed, dict):
            raise BadAudio("a message that is no object", provider=self._provider)
        return parsed
