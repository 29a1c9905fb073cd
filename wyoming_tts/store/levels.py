"""How loud each voice is by nature, kept over restarts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.speech.voice import VoiceName

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from wyoming_tts.store.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS levels (
    provider TEXT NOT NULL,
    voice TEXT NOT NULL,
    speaker TEXT NOT NULL,
    version TEXT NOT NULL,
    lufs REAL NOT NULL,
    PRIMARY KEY (provider, voice, speaker)
);
"""

MAX_LEVELS = 2000
"""Voices kept, those measured last: with eSpeak's variants a client can ask for any number of them."""


@dataclass(frozen=True, slots=True)
class Level:
    """What was measured of one version of a voice."""

    lufs: float
    version: str = ""
    """As `Voice.version`; empty where the provider names none."""


class Levels:
    """The table of levels: one for each voice and speaker, of the version measured last."""

    def __init__(self, database: Database, *, limit: int = MAX_LEVELS) -> None:
        self._database = database
        self._limit = limit

    async def get_all(self) -> dict[VoiceName, Level]:
        """Return every level, the one measured last at the end."""

        def select(connection: sqlite3.Connection) -> list[tuple[str, str, str, str, float]]:
            return connection.execute(
                "SELECT provider, voice, speaker, version, lufs FROM levels ORDER BY rowid"
            ).fetchall()

        rows = await self._database.run(select)
        return {
            VoiceName(provider, voice, speaker or None): Level(lufs, version)
            for provider, voice, speaker, version, lufs in rows
        }

    async def put(self, levels: Mapping[VoiceName, Level]) -> None:
        """Store the levels, each in the place of what was known of its voice."""
        rows = [
            (name.provider, name.voice, name.speaker or "", level.version, level.lufs) for name, level in levels.items()
        ]

        def insert(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO levels VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute(
                "DELETE FROM levels WHERE rowid NOT IN (SELECT rowid FROM levels ORDER BY rowid DESC LIMIT ?)",
                (self._limit,),
            )

        await self._database.run(insert)
