"""Reached through a unix socket."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from wyoming_tts.errors import ConfigError
from wyoming_tts.wire.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Callable

PATH_BYTES = 107
"""Of a unix socket's path, by the kernel's `sun_path` less its ending NUL."""

KNOCK_S = 1.0
"""How long whoever owns a socket file may take to answer before it counts as alive but busy."""


class UnixListener:
    """Replaces a socket file that nobody answers on, and removes its own in the end."""

    def __init__(self, path: str, *, header_bytes: int) -> None:
        self._path = Path(path)
        self._header_bytes = header_bytes
        self._server: asyncio.Server | None = None
        self._inode: int | None = None

    @property
    def uri(self) -> str:
        """Where it can be reached."""
        return f"unix://{self._path}"

    async def open(self, accept: Callable[[Peer], None]) -> None:
        """Listen. Raises ConfigError."""

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accept(Peer.of_socket(reader, writer, "unix"))

        if len(os.fsencode(self._path)) > PATH_BYTES:
            raise ConfigError(f"The path of a unix socket may have {PATH_BYTES} bytes; {self._path} is longer.")
        try:
            await self._make_room()
            self._server = await asyncio.start_unix_server(connected, self._path, limit=self._header_bytes)
            self._inode = self._path.stat().st_ino
        except OSError as error:
            raise ConfigError(f"The unix socket {self._path} cannot be opened: {error.strerror or error}.") from error

    def stop(self) -> None:
        """Stop listening and remove the socket file, unless somebody else has put theirs there."""
        if self._server is None:
            return
        self._server.close()
        with suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        self._inode = None

    async def aclose(self) -> None:
        """Wait until nothing of it is open; its connections have to be over."""
        self.stop()
        if self._server is not None:
            await self._server.wait_closed()

    async def _make_room(self) -> None:
        try:
            mode = self._path.stat().st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISSOCK(mode):
            raise ConfigError(f"{self._path} is a file of another kind; choose another path for the unix socket.")
        if await self._answers():
            raise ConfigError(f"Another program answers on the unix socket {self._path}; stop it first.")
        self._path.unlink(missing_ok=True)

    async def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.setblocking(False)
            try:
                async with asyncio.timeout(KNOCK_S):
                    await asyncio.get_running_loop().sock_connect(sock, str(self._path))
            except (ConnectionRefusedError, FileNotFoundError):
                return False
            except (TimeoutError, BlockingIOError):
                return True
        return True
