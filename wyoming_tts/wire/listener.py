"""Where the server is reached: an address of its own kind that hands over peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from wyoming_tts.errors import ConfigError
from wyoming_tts.wire.stdio_listener import StdioListener
from wyoming_tts.wire.tcp_listener import TcpListener
from wyoming_tts.wire.unix_listener import UnixListener

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.wire.peer import Peer

FORMS = "tcp://0.0.0.0:10210, tcp://[::]:10210, unix:///run/wyoming-tts.sock or stdio://"


class Listener(Protocol):
    """One way to be reached. A constructor opens nothing."""

    @property
    def uri(self) -> str:
        """Where it can be reached, with the real port once open."""
        ...

    async def open(self, accept: Callable[[Peer], None]) -> None:
        """Hand every peer to `accept` from now on. Raises ConfigError."""
        ...

    def stop(self) -> None:
        """Accept nobody new; may be called twice."""
        ...

    async def aclose(self) -> None:
        """Leave nothing open; the connections have to be over. May be called twice."""
        ...


def listener_for(uri: str, *, header_bytes: int) -> Listener:
    """Return what the URI asks for, not yet open. Raises ConfigError."""
    parts = urlsplit(uri)
    match parts.scheme:
        case "tcp":
            host, port = _host_and_port(uri)
            return TcpListener(host, port, header_bytes=header_bytes)
        case "unix" if parts.netloc + parts.path:
            return UnixListener(parts.netloc + parts.path, header_bytes=header_bytes)
        case "stdio":
            return StdioListener(header_bytes=header_bytes)
    raise ConfigError(f"`{uri}` is not an address to listen on; use {FORMS}.")


def _host_and_port(uri: str) -> tuple[str, int]:
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"`{uri}` is not an address to listen on: {error}.") from error
    if not host or port is None or parts.path.strip("/"):
        raise ConfigError(f"`{uri}` needs a host and a port; use {FORMS}.")
    return host, port
