"""Where a Wyoming server listens, for whoever wants to speak to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


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
        # Without `happy_eyeballs_delay`: cancelled at a bad moment, that leaves its socket open (Python 3.11).
        return await asyncio.open_connection(self.host, self.port, limit=limit)
