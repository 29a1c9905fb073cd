"""A tiny HTTP proxy on loopback: passes plain requests on, and tunnels with CONNECT."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from tests.servers.raw_server import RawServer, head


class Proxy(RawServer):
    """Listens while its context is open; with `refuses` it answers everything with that status."""

    def __init__(self, *, refuses: int | None = None) -> None:
        super().__init__(self._pass_on)
        self.heads: list[str] = []
        """Of every request that came, up to the empty line."""
        self._refuses = refuses

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await head(reader)
        self.heads.append(asked)
        method, target, _ = asked.split("\r\n", 1)[0].split(" ")
        if self._refuses is not None:
            writer.write(f"HTTP/1.1 {self._refuses} No\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            return
        parts = urlsplit(target if method != "CONNECT" else f"//{target}")
        # Whatever its name is: all servers of a test are here.
        there_reads, there = await asyncio.open_connection("127.0.0.1", parts.port)
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                query = f"?{parts.query}" if parts.query else ""
                there.write(asked.replace(target, parts.path + query, 1).encode())
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, there))
                both.create_task(_pump(there_reads, writer))
        finally:
            there.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
