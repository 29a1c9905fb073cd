"""A server on loopback that sends bytes of the test's choosing, for what no web framework would send."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class RawServer:
    """Listens while its context is open; a connection ends when `serve` returns."""

    def __init__(self, serve: Serve) -> None:
        self.url = ""
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None] | None] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        serving = {task for task in self._serving if task is not None}
        for task in serving:
            task.cancel()
        if serving:
            await asyncio.wait(serving)
        await self._server.wait_closed()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._serving.add(task)
        try:
            # Cancelled only by the end of the context: the task is asyncio's own, which would report it.
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            writer.close()
            self._serving.discard(task)


async def head(reader: asyncio.StreamReader) -> str:
    """Read a request up to the empty line after its headers."""
    return (await reader.readuntil(b"\r\n\r\n")).decode()


def sends(data: bytes, *, stay: bool = False) -> Serve:
    """Return a `serve` that answers the first request with these bytes, and then leaves or says nothing more."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(data)
        await writer.drain()
        if stay:
            await reader.read()

    return serve
