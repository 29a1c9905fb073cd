"""Requests that nobody could speak, remembered for the owner to look at and to try again."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from wyoming_tts.store.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS dead_letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    voice TEXT NOT NULL,
    client TEXT NOT NULL,
    chars INTEGER NOT NULL,
    text_hash TEXT NOT NULL,
    text TEXT,
    failures TEXT NOT NULL,
    size INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS dead_letters_scrub (due INTEGER PRIMARY KEY);
"""
ROW_BYTES = 300
"""What a letter takes besides its texts: a little more than measured."""

_COLUMNS = "id, at, voice, client, chars, text_hash, text, failures"
_INSERT = f"INSERT INTO dead_letters ({_COLUMNS}, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant
_SELECT = f"SELECT {_COLUMNS} FROM dead_letters"  # noqa: S608 - a constant
# Of the letters from the newest on, those behind the last that fits; a sum that runs from the newest.
_TOO_MANY = """
number IN (
    SELECT number FROM (
        SELECT number, at, ROW_NUMBER() OVER newest AS place, SUM(size) OVER newest AS total
        FROM dead_letters WINDOW newest AS (ORDER BY number DESC)
    ) WHERE place > ? OR total > ? OR at < ?
)
"""


@dataclass(frozen=True, slots=True)
class FailedLink:
    """Why one provider of the chain did not speak."""

    provider: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One request that nobody could speak."""

    voice: str
    client: str
    chars: int
    text_hash: str
    text: str | None
    """Only where the owner wants it kept."""
    failures: tuple[FailedLink, ...]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: str = field(default_factory=lambda: secrets.token_hex(4))


class UnknownLetter(LookupError):
    """No letter has such an id, or several have."""


class DeadLetters:
    """The newest letters, within limits of count, age and size."""

    def __init__(
        self,
        database: Database,
        *,
        max_count: int,
        max_days: float,
        max_bytes: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take a database that is open while this is used. Every method raises sqlite3.Error where it fails."""
        self._database = database
        self._max_count = max_count
        self._max_age = timedelta(days=max_days)
        self._max_bytes = max_bytes
        self._now = now

    async def add(self, letter: DeadLetter) -> None:
        """Remember it; what is too old or too much is forgotten. Without its text where that alone is too large."""
        if not self._max_count:
            return
        if _size(letter) > self._max_bytes:
            letter = replace(letter, text=None)
        await self._change(lambda connection: connection.execute(_INSERT, _row(letter)))

    async def list(self) -> Sequence[DeadLetter]:
        """Return all, the newest first."""
        return await self._database.run(lambda connection: _select(connection, "ORDER BY number DESC"))

    async def get(self, prefix: str) -> DeadLetter:
        """Return the one whose id begins so; raises UnknownLetter where none does, or several do."""
        which = "WHERE substr(id, 1, length(?1)) = ?1 AND ?1 != '' LIMIT 2"
        found = await self._database.run(lambda connection: _select(connection, which, prefix))
        if len(found) != 1:
            raise UnknownLetter(f"{'Several letters begin' if found else 'No letter begins'} with {prefix!r}.")
        return found[0]

    async def drop(self, id_: str) -> None:
        """Forget the letter with this very id, where there is one."""
        await self._change(lambda connection: _delete(connection, "id = ?", id_))

    async def drop_all(self) -> None:
        """Forget all."""
        await self._change(lambda connection: _delete(connection, "1"))

    async def tidy(self) -> None:
        """Forget what has become too old; for the start and once a day."""
        await self._change(lambda _: None)

    async def _change(self, work: Callable[[sqlite3.Connection], object]) -> None:
        """Do it and prune; where a text was deleted, now or before a sudden end, overwrite what is left of it."""

        def change(connection: sqlite3.Connection) -> bool:
            work(connection)
            oldest = (self._now() - self._max_age).isoformat()
            _delete(connection, _TOO_MANY, self._max_count, self._max_bytes, oldest)
            return bool(connection.execute("SELECT 1 FROM dead_letters_scrub").fetchall())

        if await self._database.run(change) and await self._database.scrub():
            await self._database.run(lambda connection: connection.execute("DELETE FROM dead_letters_scrub"))


def _delete(connection: sqlite3.Connection, which: str, *values: object) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO dead_letters_scrub SELECT 1 FROM dead_letters WHERE text IS NOT NULL AND {which}",  # noqa: S608 - a constant
        values,
    )
    connection.execute(f"DELETE FROM dead_letters WHERE {which}", values)  # noqa: S608 - a constant


def _row(letter: DeadLetter) -> tuple[object, ...]:
    failures = json.dumps([asdict(failure) for failure in letter.failures])
    at = letter.at.astimezone(UTC).isoformat()
    about = (letter.id, at, _whole(letter.voice), _whole(letter.client), letter.chars, letter.text_hash)
    return (*about, None if letter.text is None else _whole(letter.text), failures, _size(letter))


def _whole(text: str) -> str:
    """Return it without halves of characters, which a client may send and sqlite refuses."""
    return text.encode(errors="replace").decode()


def _size(letter: DeadLetter) -> int:
    texts = [letter.voice, letter.client, letter.text_hash, letter.text or ""]
    texts += [text for failure in letter.failures for text in asdict(failure).values()]
    return ROW_BYTES + sum(len(text.encode(errors="surrogatepass")) for text in texts)


def _select(connection: sqlite3.Connection, which: str, *values: object) -> list[DeadLetter]:
    rows = connection.execute(f"{_SELECT} {which}", values)
    return [_letter(*row) for row in rows]


def _letter(  # noqa: PLR0913, PLR0917 - the columns of a row
    id_: str, at: str, voice: str, client: str, chars: int, text_hash: str, text: str | None, failures: str
) -> DeadLetter:
    links = tuple(FailedLink(**failure) for failure in json.loads(failures))
    return DeadLetter(voice, client, chars, text_hash, text, links, datetime.fromisoformat(at), id_)
