"""Levels outlive the process that measured them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.database import Database
from wyoming_tts.store.levels import SCHEMA, Level, Levels

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ANNA = VoiceName("piper", "anna")
ANNA_CALM = VoiceName("piper", "anna", "calm")


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    database = Database(None, [SCHEMA])
    await database.open()
    yield database
    await database.aclose()


async def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        database = Database(tmp_path / "store.sqlite", [SCHEMA])
        await database.open()
        await Levels(database).put({ANNA: Level(-23.5, "1.0"), ANNA_CALM: Level(-30.25)})
        await database.aclose()
    database = Database(tmp_path / "store.sqlite", [SCHEMA])
    await database.open()
    assert await Levels(database).get_all() == {ANNA: Level(-23.5, "1.0"), ANNA_CALM: Level(-30.25, "")}
    await database.aclose()


async def test_a_new_version_takes_the_place_of_the_old(database: Database) -> None:
    levels = Levels(database)
    await levels.put({ANNA: Level(-23.5, "1.0")})
    await levels.put({ANNA: Level(-18.0, "1.1")})
    assert await levels.get_all() == {ANNA: Level(-18.0, "1.1")}


async def test_of_too_many_the_ones_measured_last_stay(database: Database) -> None:
    levels = Levels(database, limit=3)
    names = [VoiceName("espeak", f"en+{number}") for number in range(5)]
    for name in (*names[:3], names[0], *names[3:]):
        await levels.put({name: Level(-20.0)})
    assert list(await levels.get_all()) == [names[0], names[3], names[4]]


async def test_a_closed_database_is_an_error(database: Database) -> None:
    await database.aclose()
    with pytest.raises(sqlite3.Error):
        await Levels(database).put({ANNA: Level(-20.0)})
