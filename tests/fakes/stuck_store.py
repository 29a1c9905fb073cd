"""A disk that does not answer, for as long as a test wants."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator

    from wyoming_tts.store.database import Database

WITHIN_S = 10


@asynccontextmanager
async def stuck(database: Database) -> AsyncIterator[None]:
    """Keep the database's thread busy while the context lasts."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(WITHIN_S)

    waiting = asyncio.ensure_future(database.run(wait))
    try:
        assert await asyncio.to_thread(begun.wait, WITHIN_S)
        yield
    finally:
        go_on.set()
        await waiting
