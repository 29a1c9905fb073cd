"""The last good list of voices outlives the process, and never stands for another server's."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, ClassVar, TypeVar

import pytest

from wyoming_tts.speech.voice import Voice
from wyoming_tts.store.database import Database
from wyoming_tts.store.voice_lists import SCHEMA, VoiceLists

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")
VOICES = (
    Voice("anna", ("de-DE", "en-US"), "Anna", ("calm", "loud"), quality=3, version="2"),
    Voice("bob", ("en-GB",)),
)


async def opened(path: Path | None) -> Database:
    database = Database(path, [SCHEMA])
    await database.open()
    return database


async def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    database = await opened(tmp_path / "db")
    await VoiceLists(database).keep("lan", "http://a", VOICES[:1])
    await VoiceLists(database).keep("lan", "http://a", VOICES)
    await database.aclose()
    database = await opened(tmp_path / "db")
    lists = VoiceLists(database)
    assert await lists.recall("lan", "http://a") == VOICES
    assert await lists.recall("lan", "http://b") == (), "another server's"
    assert await lists.recall("cloud", "http://a") == ()
    await database.aclose()


class Noted(Database):
    """Notes what came out of its thread."""

    came: object = None

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        came = await super().run(work)
        self.came = came
        return came


class NotedVoices(tuple[Voice, ...]):
    """Notes the threads in which it was gone through."""

    threads: ClassVar[list[str]] = []

    def __iter__(self) -> Iterator[Voice]:
        self.threads.append(threading.current_thread().name.partition("_")[0])
        return super().__iter__()


async def test_a_list_is_packed_and_unpacked_in_the_databases_thread() -> None:
    database = Noted(None, [SCHEMA])
    await database.open()
    voices = NotedVoices(VOICES)
    await VoiceLists(database).keep("lan", "http://a", voices)
    assert voices.threads == ["store"]
    assert await VoiceLists(database).recall("lan", "http://a") == VOICES
    assert database.came == VOICES
    await database.aclose()


@pytest.mark.parametrize("stored", ["no JSON", "{}", '[{"name": "x"}]', '[{"name": "x", "languages": 3}]', "[4]"])
async def test_what_cannot_be_read_is_no_list(stored: str) -> None:
    database = await opened(None)
    await database.run(lambda connection: connection.execute("INSERT INTO voice_lists VALUES ('p', 'o', ?)", (stored,)))
    assert await VoiceLists(database).recall("p", "o") == ()
    await database.aclose()


async def test_a_closed_store_knows_nothing_and_breaks_nothing() -> None:
    database = await opened(None)
    await database.aclose()
    await VoiceLists(database).keep("p", "o", VOICES)
    assert await VoiceLists(database).recall("p", "o") == ()


async def test_whoever_asks_before_the_store_is_open_waits_for_it() -> None:
    database = Database(None, [SCHEMA])
    asking = asyncio.create_task(VoiceLists(database).recall("p", "o"))
    await asyncio.sleep(0)
    assert not asking.done()
    await database.open()
    assert await asking == ()
    await database.aclose()
