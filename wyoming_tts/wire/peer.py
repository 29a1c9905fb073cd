"""Somebody who has connected, before a word was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


@dataclass(frozen=True, slots=True)
class Peer:
    """Both directions of a connection and whose it is."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    address: str
    """For logs and settings: an IP address, `unix` or `stdio`."""
    gone_at_eof: bool = True
    """On a socket the end of the input means that nobody listens any more; on stdio only that no request follows."""
