"""Reached over TCP, on IPv4, IPv6 or both."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import TYPE_CHECKING

from wyoming_tts.errors import ConfigError
from wyoming_tts.wire.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Callable

BACKLOG = 256
"""Connections the kernel holds until they are accepted; a burst of clients after a power cut is larger than 100."""

MAPPED_IPV4 = "::ffff:"


class TcpListener:
    """Listens on every address the host stands for; `::` takes IPv4 as well where the machine can."""

    def __init__(self, host: str, port: int, *, header_bytes: int) -> None:
        self._host = host
        self._port = port
        self._header_bytes = header_bytes
        self._servers: list[asyncio.Server] = []
        self._bound: tuple[str, int] | None = None

    @property
    def host(self) -> str:
        """The first address listened on."""
        return self._bound[0] if self._bound else self._host

    @property
    def port(self) -> int:
        """The real port, also where 0 asked for any."""
        return self._bound[1] if self._bound else self._port

    @property
    def uri(self) -> str:
        """Where it can be reached."""
        return f"tcp://[{self.host}]:{self.port}" if ":" in self.host else f"tcp://{self.host}:{self.port}"

    async def open(self, accept: Callable[[Peer], None]) -> None:
        """Listen. Raises ConfigError."""

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            peername = writer.get_extra_info("peername")
            address = peername[0].removeprefix(MAPPED_IPV4) if peername else "unknown"
            accept(Peer.of_socket(reader, writer, address))

        try:
            for family, host in await self._addresses():
                sock = self._listening(family, host)
                self._servers.append(await asyncio.start_server(connected, sock=sock, limit=self._header_bytes))
        except ConfigError:
            self.stop()
            raise

    def stop(self) -> None:
        """Close the listening sockets."""
        for server in self._servers:
            server.close()

    async def aclose(self) -> None:
        """Wait until nothing of it is open; its connections have to be over."""
        self.stop()
        for server in self._servers:
            await server.wait_closed()

    async def _addresses(self) -> list[tuple[int, str]]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(self._host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        except OSError as error:
            raise ConfigError(f"There is no address called {self._host}; use 0.0.0.0 for all of IPv4.") from error
        return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))

    def _listening(self, family: int, host: str) -> socket.socket:
        dual = host == "::" and socket.has_dualstack_ipv6()
        try:
            sock = socket.create_server((host, self.port), family=family, backlog=BACKLOG, dualstack_ipv6=dual)
        except OSError as error:
            raise ConfigError(_sentence(error, host, self.port)) from error
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # inherited by connections: clients lose power
        if self._bound is None:
            self._bound = (host, sock.getsockname()[1])
        return sock


def _sentence(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is already in use; stop the other program or choose another port."
        case errno.EADDRNOTAVAIL:
            return f"This machine has no address {host} to listen on; use 0.0.0.0 for all of IPv4."
        case errno.EACCES | errno.EPERM:
            return f"Port {port} on {host} may not be opened by this user; choose one above 1023."
    return f"Port {port} on {host} cannot be opened: {error.strerror}."
