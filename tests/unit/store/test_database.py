"""The file is private, survives, gives way to memory, and is begun afresh where it is damaged."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import random
import sqlite3
import stat
import threading
from contextlib import asynccontextmanager, closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.fakes.stuck_store import stuck
from wyoming_tts.store.database import DATABASE_NAME, SCHEMA_VERSION, Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

SCHEMAS = ("CREATE TABLE IF NOT EXISTS words (word TEXT);", "CREATE TABLE IF NOT EXISTS other (n INTEGER);")


@asynccontextmanager
async def opened(path: Path | None, *schemas: str) -> AsyncIterator[Database]:
    database = Database(path, schemas or SCHEMAS, busy_timeout_s=0.2)
    await database.open()
    try:
        yield database
    finally:
        await database.aclose()


def put(word: str) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: connection.execute("INSERT INTO words VALUES (?)", (word,)).rowcount


def words(connection: sqlite3.Connection) -> list[str]:
    return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY rowid")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / DATABASE_NAME


async def test_what_was_committed_is_there_at_the_next_start(path: Path) -> None:
    async with opened(path) as database:
        await database.open()  # twice is as good as once
        assert await database.run(put("one")) == 1
        assert database.problem == ""
    async with opened(path) as database:
        assert await database.run(words) == ["one"]
        assert database.problem == ""


async def test_the_files_are_for_nobody_else(path: Path) -> None:
    _prepare(path, b"", mode=0o644)
    async with opened(path) as database:
        await database.run(put("one"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == dict.fromkeys([path.name, f"{path.name}-wal", f"{path.name}-shm"], 0o600)


async def test_it_works_in_one_thread_that_is_not_the_loop_s(path: Path) -> None:
    async with opened(path) as database:
        threads = await asyncio.gather(*(database.run(lambda _: threading.get_ident()) for _ in range(5)))
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_a_failure_undoes_all_of_its_transaction(path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        put("half")(connection)
        raise ZeroDivisionError

    async with opened(path) as database:
        with pytest.raises(ZeroDivisionError):
            await database.run(half)
        with pytest.raises(sqlite3.OperationalError):
            await database.run(lambda connection: connection.execute("SELECT * FROM nowhere"))
        await database.run(put("whole"))
        assert await database.run(words) == ["whole"]


async def test_who_is_cancelled_does_not_stop_it(path: Path) -> None:
    async with opened(path) as database:
        async with stuck(database):
            running = asyncio.ensure_future(database.run(put("slow")))
            await asyncio.sleep(0)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert await database.run(words) == ["slow"]


async def test_a_failure_that_nobody_waits_for_any_more_is_no_noise(path: Path) -> None:
    def fail(_: sqlite3.Connection) -> None:
        raise ZeroDivisionError

    noise: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    async with opened(path) as database:
        async with stuck(database):
            running = asyncio.ensure_future(database.run(fail))
            await asyncio.sleep(0)
            running.cancel()
            await asyncio.wait([running])
            del running  # or it would keep the failure's future alive
        await database.run(words)
        gc.collect()
    assert noise == []


async def test_without_a_path_it_is_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(None) as database:
        await database.run(put("one"))
        assert await database.run(words) == ["one"]
        assert await database.scrub()
        assert database.problem == ""
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - no path is needed


async def test_closed_twice_and_used_afterwards(path: Path) -> None:
    async with opened(path) as database:
        await database.aclose()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        await database.run(words)
    unopened = Database(path)
    with pytest.raises(sqlite3.ProgrammingError, match="not open"):
        await unopened.run(words)
    await unopened.aclose()


async def test_closing_finishes_what_was_begun(path: Path) -> None:
    async with opened(path) as database:
        writing = [asyncio.ensure_future(database.run(put(str(number)))) for number in range(50)]
        await asyncio.sleep(0)
    await asyncio.gather(*writing)
    async with opened(path) as database:
        assert len(await database.run(words)) == 50


@pytest.mark.parametrize(
    "content", [b"no database at all, but longer than the head of one" * 40, b"SQLite format 3\0" * 99]
)
async def test_a_file_that_is_no_database_is_moved_aside(path: Path, content: bytes) -> None:
    for number in (1, 2):
        _prepare(path, content)
        async with opened(path) as database:
            aside = path.with_name(f"{path.name}.broken-{number}")
            assert database.problem == f"{path} was damaged; it is now {aside}, and a new one was begun."
            assert aside.read_bytes() == content
            await database.run(put("one"))
    async with opened(path) as database:
        assert (await database.run(words), database.problem) == (["one"], "")


async def test_a_damaged_page_is_found_at_the_start(path: Path) -> None:
    async with opened(path) as database:
        await database.run(lambda connection: [put(f"{number}" * 100)(connection) for number in range(500)])
    _damage(path, first=5, last=6)
    async with opened(path) as database:
        assert "was damaged" in database.problem
        assert await database.run(words) == []


async def test_damage_while_it_is_open_costs_the_past_and_not_the_present(path: Path) -> None:
    async with opened(path) as database:
        # More than sqlite keeps in memory.
        await database.run(lambda connection: [put(f"{number:04d}" * 1000)(connection) for number in range(1500)])
    async with opened(path) as database:
        _damage(path)
        await database.run(lambda connection: [words(connection), put("after")(connection)])
        assert "was damaged" in database.problem
        assert await database.run(words) == ["after"]
    assert path.with_name(f"{path.name}.broken-1").exists()


def _damage(path: Path, first: int = 2, last: int | None = None) -> None:
    with path.open("r+b") as file:
        for page in range(first, last or path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 200)


async def _usable_for_now(path: Path) -> None:
    async with opened(path) as database:
        assert database.problem.startswith(f"{path} cannot be used (")
        assert database.problem.endswith("); what is remembered is lost with the next start.")
        await database.run(put("one"))
        assert await database.run(words) == ["one"]
    assert not list(path.parent.parent.glob("**/*.broken*"))


async def test_where_no_file_can_be_made_it_is_memory_and_a_sentence(path: Path) -> None:
    _prepare(path.parent, b"a file where the folder should be")
    await _usable_for_now(path)


async def test_a_folder_of_its_name_is_left_alone(path: Path) -> None:
    _prepare(path / "file", b"")
    await _usable_for_now(path)


async def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    with closing(_raw(path)) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    await _usable_for_now(path)


async def test_a_file_that_another_process_has_for_itself_is_left_alone(path: Path) -> None:
    with closing(_raw(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await _usable_for_now(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _prepare(path: Path, content: bytes, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def _raw(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(exist_ok=True)
    return sqlite3.connect(path, isolation_level=None)


async def test_a_reader_beside_a_writer(path: Path) -> None:
    async with opened(path) as server, opened(path) as command:
        await server.run(put("one"))
        assert await command.run(words) == ["one"]
        await command.run(put("two"))
        assert await server.run(words) == ["one", "two"]


async def test_a_file_is_not_opened_while_another_process_opens_it(path: Path) -> None:
    _prepare(path, b"damaged" * 1000)
    database = Database(path, SCHEMAS, busy_timeout_s=10)
    with _locked(path.parent):
        opening = asyncio.ensure_future(database.open())
        assert not (await asyncio.wait([opening], timeout=0.1))[0]
    await opening
    await database.aclose()


async def test_a_folder_locked_by_a_process_that_hangs_is_used_all_the_same(path: Path) -> None:
    path.parent.mkdir()
    with _locked(path.parent):
        async with opened(path) as database:
            assert database.problem == ""


@pytest.mark.parametrize("round_", range(5))
async def test_starts_at_once_find_one_good_file(path: Path, round_: int) -> None:
    _prepare(path, b"damaged" * 1000 * (round_ + 1))
    databases = [Database(path, SCHEMAS) for _ in range(6)]
    await asyncio.gather(*(database.open() for database in databases))
    await asyncio.gather(*(database.run(put("x")) for database in databases))
    assert await databases[0].run(words) == ["x"] * 6
    for database in databases:
        await database.aclose()
    assert [file.name for file in path.parent.glob("*.broken*")] == [f"{path.name}.broken-1"]


async def test_processes_that_read_and_then_write_wait_for_each_other(path: Path) -> None:
    def one_more(connection: sqlite3.Connection) -> None:
        put(str(len(words(connection))))(connection)

    async with opened(path) as server, opened(path) as command:
        await asyncio.gather(*(database.run(one_more) for database in (server, command) for _ in range(100)))
        assert await server.run(words) == [str(number) for number in range(200)]


async def test_after_a_scrub_no_copy_of_what_was_deleted_is_left(path: Path) -> None:
    """Rows that moved between pages leave copies behind, which a deletion alone does not reach."""
    chance = random.Random(11)
    async with opened(path, "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT);") as database:
        there: dict[int, bytes] = {}
        for number in range(60):
            mark = f"MARK{number:05d}:"
            there[number] = mark.encode()
            word = mark * chance.choice([1, 3, 10, 50, 300])
            await database.run(lambda c, n=number, w=word: c.execute("INSERT INTO words VALUES (?, ?)", (n, w)))  # type: ignore[misc]
            if chance.random() < 0.5:
                gone = chance.choice(list(there))
                mark_gone = there.pop(gone)
                await database.run(lambda c, n=gone: c.execute("DELETE FROM words WHERE id = ?", (n,)))  # type: ignore[misc]
                assert await database.scrub()
                assert not [file for file in path.parent.iterdir() if mark_gone in file.read_bytes()]
                assert there.keys() == set(await database.run(_ids))


def _ids(connection: sqlite3.Connection) -> list[int]:
    return [number for (number,) in connection.execute("SELECT id FROM words")]


async def test_what_a_sudden_end_left_beside_the_file_is_gone_with_the_next_start(path: Path) -> None:
    async with opened(path) as database:
        await database.run(put("secret"))
        await database.run(lambda connection: connection.execute("DELETE FROM words"))
        wal = path.with_name(f"{path.name}-wal")
        copies = [(file, _read(file)) for file in (path, wal)]
    for file, content in copies:  # closing in order would have tidied up
        _prepare(file, content)
    assert b"secret" in _read(wal)
    async with opened(path) as database:
        assert await database.run(words) == []
        assert b"secret" not in _read(path) + _read(wal)


async def test_a_scrub_that_fails_raises(path: Path) -> None:
    async with opened(path) as database:
        await database.run(lambda connection: connection.execute("PRAGMA query_only = ON"))
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await database.scrub()


def _read(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_scrub_gives_way_to_another_process(path: Path) -> None:
    async with opened(path) as database:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert not await database.scrub()
            other.execute("ROLLBACK")
        assert await database.scrub()
