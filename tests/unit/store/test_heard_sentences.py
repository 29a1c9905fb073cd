"""Sentences heard outlive the process, and what is to be forgotten is gone from the file's bytes."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.store.database import Database
from wyoming_tts.store.heard_sentences import SCHEMA, HeardSentence, HeardSentences

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ONE, TWO = HeardSentence(1.0, 100.0), HeardSentence(2.5, 200.0)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "s.sqlite", [SCHEMA])
    await database.open()
    yield database
    await database.aclose()


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_what_was_put_is_there_after_a_restart(tmp_path: Path, database: Database) -> None:
    await HeardSentences(database).put({"Hello.": ONE, "Good night.": ONE}, keep=["Hello.", "Good night."])
    await HeardSentences(database).put({"Hello.": TWO}, keep=["Hello.", "Good night."])
    await database.aclose()
    again = Database(tmp_path / "s.sqlite", [SCHEMA])
    await again.open()
    assert await HeardSentences(again).get_all() == {"Hello.": TWO, "Good night.": ONE}
    await again.aclose()


async def test_what_is_not_to_be_kept_goes_with_the_next_put(database: Database) -> None:
    table = HeardSentences(database)
    await table.put({"Hello.": ONE, "Good night.": ONE}, keep=["Hello.", "Good night."])
    await table.put({}, keep=["Good night."])
    assert await table.get_all() == {"Good night.": ONE}


async def test_what_is_forgotten_is_in_no_byte_of_the_file(tmp_path: Path, database: Database) -> None:
    table = HeardSentences(database)
    sentences = {f"The secret of room {number} is told.": ONE for number in range(200)}
    await table.put(sentences | {"Hello.": TWO}, keep=[*sentences, "Hello."])
    assert b"The secret of room" in bytes_in(tmp_path)
    await table.forget(lambda text: "secret" in text)
    assert await table.get_all() == {"Hello.": TWO}
    assert b"secret of room" not in bytes_in(tmp_path)


async def test_a_file_that_could_not_be_overwritten_is_the_next_time(tmp_path: Path, database: Database) -> None:
    table = HeardSentences(database)
    sentences = {f"The secret of room {number} is told.": ONE for number in range(200)}
    await table.put(sentences, keep=list(sentences))
    reader = sqlite3.connect(tmp_path / "s.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM heard_sentences").fetchone()
    await table.forget(lambda _: True)
    assert await table.get_all() == {}
    assert b"secret of room" in bytes_in(tmp_path), "the other process still reads the old state"
    reader.close()
    await table.put({"Hello.": ONE}, keep=["Hello."])
    await table.forget(lambda _: False)
    assert b"secret of room" not in bytes_in(tmp_path)
    assert await table.get_all() == {"Hello.": ONE}


async def test_a_closed_database_is_an_error(database: Database) -> None:
    await database.aclose()
    with pytest.raises(sqlite3.Error):
        await HeardSentences(database).put({"Hello.": ONE}, keep=["Hello."])
