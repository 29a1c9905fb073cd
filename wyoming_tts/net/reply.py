"""A server's answer with success: its head, and its body as it comes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wyoming_tts.errors import BadAudio, ProviderUnavailable
from wyoming_tts.net.line_failure import translated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp


class NotJson(ProviderUnavailable):
    """Something else came, with a status of success: another kind of server, or one that knows no other answer."""


class Reply:
    """Its body can be read once, by `body` or by `json`."""

    def __init__(self, response: aiohttp.ClientResponse, provider: str) -> None:
        self._response = response
        self._provider = provider
        self.body = Body(response, provider)

    @property
    def content_type(self) -> str:
        """What the server calls it, in small letters without parameters; a hint at most."""
        return self._response.content_type.lower()

    def header(self, name: str) -> str:
        """Return a header, "" where there is none."""
        return self._response.headers.get(name, "")

    async def json(self, limit_bytes: int) -> Any:
        """Return the whole body, parsed. Raises ProviderError: where it is no JSON, it is another kind of server."""
        body = await self.body.whole(limit_bytes)
        try:
            return json.loads(body.decode(errors="replace"))  # an error of strict decoding shows all of it
        except (ValueError, RecursionError) as error:
            raise NotJson("what came is no JSON; check its address", provider=self._provider) from error


class Body:
    """Yields bytes as they come, never empty. An object and no generator: nothing is left to finalise."""

    def __init__(self, response: aiohttp.ClientResponse, provider: str) -> None:
        self._response = response
        self._provider = provider
        self._heard = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        with translated(self._provider, heard=self._heard):
            try:
                data = await self._response.content.readany()
            except RuntimeError as error:  # how aiohttp says that the session has been closed meanwhile
                raise ConnectionAbortedError from error
        if not data:
            raise StopAsyncIteration
        self._heard = True
        return data

    async def whole(self, limit_bytes: int) -> bytes:
        """Return all of it; raises BadAudio where it is longer than the limit."""
        body = bytearray()
        async for data in self:
            body += data
            if len(body) > limit_bytes:
                raise BadAudio(f"more than {limit_bytes} bytes", provider=self._provider)
        return bytes(body)
