"""Sentences that the house has said, and how often of late; empty unless the owner wants them kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Mapping

    from wyoming_tts.store.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS heard_sentences (
    text TEXT PRIMARY KEY,
    score REAL NOT NULL,
    at REAL NOT NULL
) WITHOUT ROWID;
"""

_SCRUB = ""
"""A row of this text says that what was deleted may still be readable in the file."""


@dataclass(frozen=True, slots=True)
class HeardSentence:
    """How often a sentence was heard."""

    score: float
    """Times heard, as they counted at `at`: the older the less."""
    at: float
    """When it was heard last, in seconds since 1970."""


class HeardSentences:
    """The table of sentences by their text. Every method raises sqlite3.Error where it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get_all(self) -> dict[str, HeardSentence]:
        """Return every sentence."""

        def select(connection: sqlite3.Connection) -> list[tuple[str, float, float]]:
            return connection.execute(
                "SELECT text, score, at FROM heard_sentences WHERE text != ?", (_SCRUB,)
            ).fetchall()

        return {text: HeardSentence(score, at) for text, score, at in await self._database.run(select)}

    async def put(self, heard: Mapping[str, HeardSentence], *, keep: Collection[str]) -> None:
        """Store these sentences, each in the place of what was known of it; delete all that are not among `keep`."""

        def write(connection: sqlite3.Connection) -> None:
            rows = [(text, sentence.score, sentence.at) for text, sentence in heard.items()]
            connection.executemany("INSERT OR REPLACE INTO heard_sentences VALUES (?, ?, ?)", rows)
            _delete(connection, {*_texts(connection)} - {*keep, _SCRUB})

        await self._database.run(write)

    async def forget(self, which: Callable[[str], bool]) -> None:
        """Delete what `which`, called in another thread, says of, and overwrite what is left of it in the file.

        Where another process is in the way the latter waits for the next call, in another run of the server as well.
        """

        def delete(connection: sqlite3.Connection) -> bool:
            texts = _texts(connection)
            gone = [text for text in texts if text != _SCRUB and which(text)]
            _delete(connection, gone)
            if gone:
                connection.execute("INSERT OR IGNORE INTO heard_sentences VALUES (?, 0, 0)", (_SCRUB,))
            return bool(gone) or _SCRUB in texts

        if await self._database.run(delete) and await self._database.scrub():
            await self._database.run(lambda connection: _delete(connection, [_SCRUB]))


def _texts(connection: sqlite3.Connection) -> list[str]:
    return [text for (text,) in connection.execute("SELECT text FROM heard_sentences")]


def _delete(connection: sqlite3.Connection, texts: Collection[str]) -> None:
    connection.executemany("DELETE FROM heard_sentences WHERE text = ?", [(text,) for text in texts])
