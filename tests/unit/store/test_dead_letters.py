"""Letters are kept within their limits, found by the beginning of their id, and gone when they are gone."""

from __future__ import annotations

import random
import sqlite3
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.store.database import Database
from wyoming_tts.store.dead_letters import ROW_BYTES, SCHEMA, DeadLetter, DeadLetters, FailedLink, UnknownLetter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW = datetime(2025, 6, 29, 12, tzinfo=UTC)
FAILURES = (
    FailedLink("cloud", "budget-exhausted", "cloud has used up its budget"),
    FailedLink("espeak", "no-audio", "espeak made no sound"),
)
SECRET = "The safe is open."


def letter(id_: str = "aa01", text: str | None = None, at: datetime = NOW) -> DeadLetter:
    return DeadLetter("Anna", "10.0.0.5", 17, "ab" * 32, text, FAILURES, at, id_)


@asynccontextmanager
async def opened(
    path: Path, *, max_count: int = 100, max_days: float = 30, max_bytes: int = 10**6
) -> AsyncIterator[DeadLetters]:
    database = Database(path, [SCHEMA], busy_timeout_s=0.05)
    await database.open()
    try:
        yield DeadLetters(database, max_count=max_count, max_days=max_days, max_bytes=max_bytes, now=lambda: NOW)
    finally:
        await database.aclose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "db.sqlite"


def ids(letters: object) -> list[str]:
    assert isinstance(letters, list)
    return [each.id for each in letters]


def size_of(path: Path) -> int:
    return path.stat().st_size


def traces(path: Path, words: str) -> list[str]:
    return [file.name for file in path.parent.iterdir() if words.encode() in file.read_bytes()]


async def test_a_letter_comes_back_as_it_was_also_at_the_next_start(path: Path) -> None:
    kept, bare = letter("aa01", "Zoë \U0001f600"), letter("bb02", at=NOW + timedelta(seconds=1))
    async with opened(path) as letters:
        await letters.add(kept)
        await letters.add(bare)
    async with opened(path) as letters:
        assert await letters.list() == [bare, kept]


def test_a_new_one_has_its_own_id_and_moment() -> None:
    one, other = (DeadLetter("", "", 0, "", None, ()) for _ in range(2))
    assert len(one.id) == 8
    assert one.id != other.id
    assert abs(one.at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_the_beginning_of_an_id_is_enough_where_it_is_one_s_own(path: Path) -> None:
    async with opened(path) as letters:
        for id_ in ("aa01", "aa02", "b%03"):
            await letters.add(letter(id_))
        assert (await letters.get("aa02")).id == "aa02"
        assert (await letters.get("b")).id == "b%03"
        with pytest.raises(UnknownLetter, match="Several letters begin with 'aa'"):
            await letters.get("aa")
        for prefix in ("c", "", "a%", "aa011", "_"):
            with pytest.raises(UnknownLetter, match="No letter begins"):
                await letters.get(prefix)


async def test_the_newest_stay(path: Path) -> None:
    async with opened(path, max_count=2) as letters:
        for id_ in ("a", "b", "c"):
            await letters.add(letter(id_))
        assert ids(await letters.list()) == ["c", "b"]


async def test_the_old_go(path: Path) -> None:
    async with opened(path) as letters:
        await letters.add(letter("old", at=NOW - timedelta(days=29)))
        await letters.add(letter("older", SECRET, at=NOW - timedelta(days=29.9)))
        await letters.add(letter("oldest", at=NOW - timedelta(days=30.1)))
        assert ids(await letters.list()) == ["older", "old"]
    async with opened(path, max_days=29.5) as letters:
        await letters.tidy()
        assert ids(await letters.list()) == ["old"]
        assert traces(path, SECRET) == []


async def test_all_together_stay_below_their_size(path: Path) -> None:
    async with opened(path, max_bytes=20_000) as letters:
        for number in range(10):
            await letters.add(letter(f"{number}", "x" * 5000))
        assert ids(await letters.list()) == ["9", "8", "7"]
        await letters.add(letter("huge", "x" * 20_001))
        huge, *others = await letters.list()
        assert huge == letter("huge")
        assert [each.id for each in others] == ["9", "8", "7"]
    assert size_of(path) < 20_000 + 10 * 4096


async def test_the_size_of_a_bare_letter_is_not_underestimated(path: Path) -> None:
    async with opened(path, max_count=2000, max_bytes=2000 * ROW_BYTES * 3) as letters:
        for number in range(300):
            await letters.add(letter(f"{number:08x}"))
        stored = await letters.list()
    size = 300 * (ROW_BYTES + len("Anna") + len("10.0.0.5") + 64 + sum(len(f"{part}") for part in FAILURES))
    assert len(stored) == 300
    assert size_of(path) < size * 1.2


async def test_with_no_room_for_any_nothing_is_written(path: Path) -> None:
    async with opened(path, max_count=0) as letters:
        await letters.add(letter(text=SECRET))
        assert await letters.list() == []
        assert traces(path, SECRET) == []


async def test_half_a_character_is_no_failure(path: Path) -> None:
    async with opened(path) as letters:
        await letters.add(replace(letter(text="\ud83d!"), voice="\ud83d", client="\ud83d"))
        (stored,) = await letters.list()
    assert (stored.text, stored.voice, stored.client) == ("?!", "?", "?")


async def test_what_is_dropped_is_gone_from_every_file(path: Path) -> None:
    chance = random.Random(3)
    async with opened(path) as letters:
        for number in range(30):
            await letters.add(letter(f"{number:04}", f"{SECRET}-{number:04} " * chance.choice([1, 5, 30, 200])))
        assert traces(path, f"{SECRET}-0007")
        for number in chance.sample(range(30), 20):
            await letters.drop(f"{number:04}")
            assert traces(path, f"{SECRET}-{number:04}") == []
        assert len(await letters.list()) == 10
        await letters.drop_all()
        assert await letters.list() == []
        assert traces(path, SECRET) == []


async def test_what_is_pruned_is_gone_from_every_file(path: Path) -> None:
    async with opened(path, max_count=3) as letters:
        for number in range(12):
            await letters.add(letter(f"{number}", f"{SECRET}-{number:02}"))
            assert traces(path, f"{SECRET}-{number - 3:02}") == []
            assert traces(path, f"{SECRET}-{number:02}")


async def test_what_could_not_be_overwritten_at_once_is_so_with_the_next_change(path: Path) -> None:
    async with opened(path) as letters:
        await letters.add(letter("a", SECRET))
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM dead_letters").fetchall()
            await letters.drop("a")
            assert await letters.list() == []
            assert traces(path, SECRET)
            reader.execute("COMMIT")
        await letters.tidy()
        assert traces(path, SECRET) == []


class Counting(Database):
    scrubs = 0

    async def scrub(self) -> bool:
        self.scrubs += 1
        return await super().scrub()


async def test_only_a_text_that_goes_costs_a_rebuilding(path: Path) -> None:
    database = Counting(path, [SCHEMA])
    await database.open()
    letters = DeadLetters(database, max_count=1, max_days=30, max_bytes=10**6, now=lambda: NOW)
    scrubs = []
    for id_, text in (("a", None), ("b", SECRET), ("c", None), ("d", None)):
        await letters.add(letter(id_, text))
        scrubs.append(database.scrubs)
    assert scrubs == [0, 0, 1, 1]
    await database.aclose()
