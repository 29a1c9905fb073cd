"""The last good list of voices of every provider elsewhere, kept over restarts."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.store.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS voice_lists (
    provider TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    voices TEXT NOT NULL
) WITHOUT ROWID;
"""
_TUPLES = ("languages", "speakers")


class VoiceLists:
    """The table of lists. Fails never: a list that cannot be kept or read is one that nobody knows.

    Packed and unpacked in the database's thread: a long list takes longer than audio can wait.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recall(self, provider: str, origin: str) -> Sequence[Voice]:
        """Return the list kept last, where it came from this origin; waits for the database to be opened."""

        def select(connection: sqlite3.Connection) -> Sequence[Voice]:
            row: tuple[str] | None = connection.execute(
                "SELECT voices FROM voice_lists WHERE provider = ? AND origin = ?", (provider, origin)
            ).fetchone()
            return () if row is None else tuple(_voice(packed) for packed in json.loads(row[0]))

        await self._database.opened()
        try:
            return await self._database.run(select)
        except (sqlite3.Error, ValueError, TypeError, KeyError):  # of another version, or damaged
            return ()

    async def keep(self, provider: str, origin: str, voices: Sequence[Voice]) -> None:
        """Keep the list in place of the one before."""

        def replace(connection: sqlite3.Connection) -> None:
            packed = json.dumps([asdict(voice) for voice in voices])
            connection.execute("INSERT OR REPLACE INTO voice_lists VALUES (?, ?, ?)", (provider, origin, packed))

        try:
            await self._database.run(replace)
        except sqlite3.Error:
            return


def _voice(packed: dict[str, Any]) -> Voice:
    known = {field.name: packed[field.name] for field in fields(Voice) if field.name in packed}
    return Voice(**known | {key: tuple(known[key]) for key in _TUPLES})
