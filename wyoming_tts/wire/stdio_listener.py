"""Reached through standard input and output: one peer, the program that started this one."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from wyoming_tts.errors import ConfigError
from wyoming_tts.wire.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Callable


class StdioListener:
    """Hands over its only peer at once. Nothing else may write to the output meanwhile."""

    def __init__(self, *, header_bytes: int, input_fd: int = 0, output_fd: int = 1) -> None:
        self._header_bytes = header_bytes
        self._fds = (input_fd, output_fd)
        self._transports: list[asyncio.BaseTransport] = []

    @property
    def uri(self) -> str:
        """Where it can be reached."""
        return "stdio://"

    async def open(self, accept: Callable[[Peer], None]) -> None:
        """Connect both ends. Raises ConfigError where one is a plain file: the kernel cannot wait for those."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=self._header_bytes)
        # Duplicates: closing the connection must leave the process its own ends.
        source, sink = os.fdopen(os.dup(self._fds[0]), "rb", 0), os.fdopen(os.dup(self._fds[1]), "wb", 0)
        try:
            reading, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
            self._transports.append(reading)
            writing, protocol = await loop.connect_write_pipe(
                lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), sink
            )
            self._transports.append(writing)
        except ValueError as error:
            source.close()
            sink.close()
            raise ConfigError("stdio:// needs pipes, not plain files, for its input and output.") from error
        accept(Peer(reader, asyncio.StreamWriter(writing, protocol, None, loop), "stdio", gone_at_eof=False))

    def stop(self) -> None:
        """There is nobody else to come."""

    async def aclose(self) -> None:
        """Close both ends, and leave the process's own as they were: able to wait."""
        if not self._transports:
            return
        for transport in self._transports:
            transport.close()
        self._transports.clear()
        for fd in self._fds:
            os.set_blocking(fd, True)
