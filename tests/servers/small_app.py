"""A web server on loopback made of one function, for tests of what sends HTTP."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from aiohttp import web

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SmallApp:
    """Listens while its context is open, and answers every request alike."""

    def __init__(self, answer: Answer, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.asked: list[tuple[str, str]] = []
        """Method and path with query of each request, as they came."""
        self.headers: list[dict[str, str]] = []
        """Of each request."""
        self.peers: list[int] = []
        """The port of the connection that each request came over."""
        self.open = 0
        """Requests that are being answered now."""
        self.most_open = 0
        self.url = ""
        self._answer = answer
        self._tls = tls
        self._host = host
        self._idle = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, 0, ssl_context=self._tls)
        await site.start()
        self.url = f"http{'s' if self._tls else ''}://{self._host}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def idle(self) -> None:
        """Wait until no request is open."""
        if self.open:
            self._idle.clear()
            await self._idle.wait()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs))
        self.headers.append(dict(request.headers))
        assert request.transport is not None
        self.peers.append(request.transport.get_extra_info("peername")[1])
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            with suppress(ConnectionError):
                return await self._answer(request)
            return web.Response()
        finally:
            self.open -= 1
            if not self.open:
                self._idle.set()
