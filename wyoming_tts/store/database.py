"""The one sqlite file, worked on in a thread of its own; without a usable file everything is kept in memory."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")

DATABASE_NAME = "wyoming-tts.sqlite"
"""Of the file in the data directory."""
SCHEMA_VERSION = 1
"""Raised when a table changes its shape; a file with a higher one is left as it is."""
BUSY_TIMEOUT_S = 2.0
"""How long the server and a command on the same file wait for each other; a transaction takes a few milliseconds."""
LOCK_RETRY_S = 0.01
OPENING_PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # others read while one writes
    "PRAGMA synchronous = NORMAL",  # what is committed survives the end of the process, however sudden
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten
    "PRAGMA temp_store = MEMORY",
)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SUFFIXES = ("", "-wal", "-shm")


class Database:
    """One connection, used by one thread. Whoever opens it closes it."""

    def __init__(
        self, path: Path | None, schemas: Sequence[str] = (), *, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> None:
        """Take `path`, or None for memory only, and the tables' `CREATE TABLE IF NOT EXISTS ...;`."""
        self.problem = ""
        """A sentence: why memory is used instead of the file, or where a damaged file is now; "" where all is well."""
        self._path = path
        self._schemas = schemas
        self._busy_timeout_s = busy_timeout_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._opened = asyncio.Event()

    async def open(self) -> None:
        """Make ready; a file that cannot be used is a `problem` and no failure."""
        await self._in_thread(self._open)
        self._opened.set()

    async def opened(self) -> None:
        """Wait until somebody has opened it."""
        await self._opened.wait()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` returns, once it is committed; nothing of it has happened where it raises.

        Whoever is cancelled while waiting does not stop it. Raises sqlite3.Error, also where the database is closed.
        """
        return await self._in_thread(partial(self._transaction, work))

    async def scrub(self) -> bool:
        """Make what was deleted before unreadable in the file; return False where another process is in the way."""
        return await self._in_thread(self._scrub)

    async def aclose(self) -> None:
        """Finish what was begun, and close; may be called twice."""
        if self._closed:
            return
        try:
            await self._in_thread(self._disconnect)
        finally:
            self._closed = True
            self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise sqlite3.ProgrammingError("the store is closed")
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        future.add_done_callback(_seen)
        await asyncio.wait([future])
        return future.result()

    # From here on everything runs in the thread.

    def _open(self) -> None:
        if self._connection is not None:
            return
        try:
            self._connection = self._in_memory() if self._path is None else self._on_disk(self._path)
        except (OSError, sqlite3.Error) as error:
            self.problem = (
                f"{self._path} cannot be used ({_reason(error)}); what is remembered is lost with the next start."
            )
            self._connection = self._in_memory()

    def _in_memory(self) -> sqlite3.Connection:
        return self._connected(":memory:")

    def _on_disk(self, path: Path) -> sqlite3.Connection:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(path.parent, self._busy_timeout_s):
            try:
                return self._in_file(path)
            except sqlite3.DatabaseError as error:
                if not _is_broken(error):
                    raise
            aside = _moved_aside(path)
            self.problem = f"{path} was damaged; it is now {aside}, and a new one was begun."
            return self._in_file(path)

    def _in_file(self, path: Path) -> sqlite3.Connection:
        # sqlite gives the files beside it the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        with suppress(PermissionError):  # another user's, who lets us write
            path.chmod(0o600)
        return self._connected(str(path))

    def _connected(self, database: str) -> sqlite3.Connection:
        """Return a connection with all tables; raises sqlite3.DatabaseError where the file is damaged."""
        connection = sqlite3.connect(database, timeout=self._busy_timeout_s, isolation_level=None)
        with ExitStack() as on_failure:
            on_failure.callback(connection.close)
            for pragma in OPENING_PRAGMAS:
                connection.execute(pragma).fetchall()
            _check(connection)
            tables = "\n".join(self._schemas)
            connection.executescript(f"BEGIN IMMEDIATE;\n{tables}\nPRAGMA user_version = {SCHEMA_VERSION};\nCOMMIT;")
            # What was deleted just before a sudden end is still readable beside the file.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            on_failure.pop_all()
        return connection

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._once(work)
        except sqlite3.DatabaseError as error:
            if not _is_broken(error):
                raise
        self._disconnect()
        self._open()
        return self._once(work)

    def _once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._open_connection()
        connection.execute("BEGIN IMMEDIATE")  # a lock taken later would not wait for another process
        try:
            result = work(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return result

    def _scrub(self) -> bool:
        # `secure_delete` misses copies that stay behind where rows moved between pages; a rebuilt file has none.
        connection = self._open_connection()
        try:
            connection.execute("VACUUM")
        except sqlite3.OperationalError as error:
            if _kind(error) != sqlite3.SQLITE_BUSY:
                raise
            return False
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise sqlite3.ProgrammingError("the store is not open")
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def _check(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise sqlite3.NotSupportedError("it was made by a newer version of this server")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        error = sqlite3.DatabaseError(found)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _is_broken(error: sqlite3.Error) -> bool:
    return _kind(error) in _BROKEN


def _kind(error: sqlite3.Error) -> int:
    # The low byte is the kind of error, the others say more about it.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


def _moved_aside(path: Path) -> Path:
    aside = next(name for number in count(1) if not (name := path.with_name(f"{path.name}.broken-{number}")).exists())
    for suffix in _SUFFIXES:
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside


@contextmanager
def _alone_in(folder: Path, patience_s: float) -> Iterator[None]:
    """Keep other processes from opening, or moving aside, the same file meanwhile."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(descriptor, patience_s)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, patience_s: float) -> None:
    """Lock it; go on without where the file system has no locks, or somebody holds it for too long."""
    patient_until = time.monotonic() + patience_s
    while time.monotonic() < patient_until:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_RETRY_S)
        except OSError:
            return
        else:
            return


def _seen(future: asyncio.Future[T]) -> None:
    """Look at a failure that nobody waits for any more, or asyncio would report it."""
    if not future.cancelled():
        future.exception()
