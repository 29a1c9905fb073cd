"""Somebody who has connected, before a word was said."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

KERNEL_BUFFER_BYTES = 64 * 1024
"""Unsent bytes the kernel may hold for one peer. Left to itself it takes megabytes and asks for more only when a
third is gone: a player that takes audio as it plays it would seem stuck for most of a minute."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Both directions of a connection and whose it is."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    address: str
    """For logs and settings: an IP address, `unix` or `stdio`."""
    gone_at_eof: bool = True
    """On a socket the end of the input means that nobody listens any more; on stdio only that no request follows."""

    @classmethod
    def of_socket(cls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> Peer:
        """Return a peer on a socket, prepared for audio."""
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)
        return cls(reader, writer, address)
