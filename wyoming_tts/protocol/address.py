"""Where a Wyoming server listens, for whoever wants to speak to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

OTHER_FAMILY_AFTER_S = 0.25
"""A name that has an IPv6 address which leads nowhere is tried by IPv4 meanwhile (RFC 8305)."""


@dataclass(frozen=True, slots=True)
class Address:
    """The path of a unix socket, or else a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0

    async def open(self, *, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; `limit` is the reader's own. Raises OSError, or ValueError for a host that can be none."""
        if self.path:
            return await asyncio.open_unix_connection(self.path, limit=limit)
        return await asyncio.open_connection(
            self.host, self.port, limit=limit, happy_eyeballs_delay=OTHER_FAMILY_AFTER_S
        )
