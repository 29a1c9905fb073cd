"""Kept speech on the disk: asked about in memory, written and read in threads."""

from __future__ import annotations

import asyncio
import sqlite3
import struct
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from wyoming_tts.store import speech_index
from wyoming_tts.store.speech_files import on_disk_bytes
from wyoming_tts.store.speech_index import Entry, SpeechIndex
from wyoming_tts.store.speech_memory import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from wyoming_tts.store.database import Database
    from wyoming_tts.store.speech_files import FoundFile, SpeechFiles
    from wyoming_tts.store.stored_speech import StoredSpeech

MAX_WAITING_BYTES = 64_000_000
"""Of speech that waits for a slow disk; what is more is not kept there."""
READ_PATIENCE_S = 0.3
"""How long an answer waits for a file that usually takes a few milliseconds; then its voice speaks anew."""
BATCH = 256
"""Files of one transaction, at most."""
LARGEST_SHARE = 0.25
"""Of the disk's bytes, for one speech and for one batch: more would drive out all that is heard daily."""


class SpeechDisk:
    """Files and their index. A disk that fails costs what would be on it, and nothing else."""

    def __init__(
        self,
        files: SpeechFiles,
        database: Database,
        *,
        max_bytes: int,
        now: Callable[[], float],
        patience_s: float = READ_PATIENCE_S,
    ) -> None:
        self._files = files
        self._patience_s = patience_s
        self._database = database
        self._max_bytes = max_bytes
        self._now = now
        self._waiting: dict[bytes, Made] = {}
        self._waiting_bytes = 0
        self._one_at_a_time = asyncio.Lock()
        self._reading: asyncio.Future[StoredSpeech | None] | None = None
        """A file for which nobody waits any more."""
        self.index = SpeechIndex()
        self.wanted = asyncio.Event()
        """There is something to be written."""
        self.problem = ""
        """A sentence: why nothing can be kept; "" where all is well."""

    async def load(self) -> None:
        """Read the index; without it everything is found again by `sweep`."""
        try:
            self.index.load(await self._database.run(speech_index.select))
        except sqlite3.Error as error:
            self._in_trouble(error)

    def made_at(self, key: bytes) -> float | None:
        """Return when the speech was made; None where there is none."""
        if (made := self._waiting.get(key)) is not None:
            return made.at
        entry = self.index.get(key)
        return None if entry is None else entry.made_at

    async def get(self, key: bytes) -> Made | None:
        """Return the speech, if it is there and whole."""
        if (made := self._waiting.get(key)) is not None:
            return made
        entry = self.index.get(key)
        if entry is None:
            return None
        if self._reading is not None and not self._reading.done():
            return None  # a disk that is stuck must not take one thread after the other
        reading = asyncio.get_running_loop().run_in_executor(None, self._files.read, key)
        reading.add_done_callback(_seen)
        if not (await asyncio.wait([reading], timeout=self._patience_s))[0]:
            self._reading = reading
            return None
        if isinstance(error := reading.exception(), OSError):
            self._in_trouble(error)  # it may be read the next time, and still counts
        elif (speech := reading.result()) is not None:
            return Made(speech, entry.made_at)
        elif self.index.get(key) is entry:  # and was not made anew meanwhile
            self.index.drop(key)
        return None

    def put(self, key: bytes, made: Made) -> None:
        """Have it written by the next `write`."""
        size = made.speech.memory_bytes
        too_large = on_disk_bytes(made.speech.packed_bytes) > self._max_bytes * LARGEST_SHARE
        if too_large or self._waiting_bytes + size > MAX_WAITING_BYTES:
            return
        self._forget_waiting(key)
        self._waiting[key] = made
        self._waiting_bytes += size
        self.wanted.set()

    async def write(self) -> None:
        """Write what waits, and only as much as the disk may hold at any moment."""
        async with self._one_at_a_time:
            while self._waiting:
                await self._write(self._batch())

    async def sweep(self) -> None:
        """Look at what really lies there: a sudden end, or another server, leaves files that no index knows."""
        async with self._one_at_a_time:
            known = self.index.keys()
            try:
                found = await asyncio.to_thread(lambda: list(self._files.found()))
            except OSError as error:
                self._in_trouble(error)
                return
            self._reconcile(known, found)
            await self._remove(self.index.make_room(0, self._max_bytes))
            await self._save()

    async def tidy(self, old: float) -> None:
        """Delete what was made up to that moment; note what was heard and what is pinned."""
        async with self._one_at_a_time:
            await self._remove(self.index.drop_old(old))
            await self._save()

    def _reconcile(self, known: frozenset[bytes], found: Collection[FoundFile]) -> None:
        for key in known - {file.key for file in found}:
            self.index.drop(key)
        for file in found:
            if file.key not in known:
                self.index.add(file.key, Entry(file.size_bytes, file.written_at, file.written_at))

    def _batch(self) -> Mapping[bytes, Made]:
        batch: dict[bytes, Made] = {}
        room = self._max_bytes * LARGEST_SHARE
        for key, made in islice(self._waiting.items(), BATCH):
            room -= on_disk_bytes(made.speech.packed_bytes)
            if room < 0 and batch:
                break
            batch[key] = made
        return batch

    async def _write(self, batch: Mapping[bytes, Made]) -> None:
        now = self._now()
        sizes = {key: on_disk_bytes(made.speech.packed_bytes) for key, made in batch.items()}
        going = self.index.make_room(sum(sizes.values()), self._max_bytes)
        room = self._max_bytes - self.index.bytes
        fitting: dict[bytes, Made] = {}
        for key, made in batch.items():
            if sizes[key] <= room:
                room -= sizes[key]
                fitting[key] = made
        written = await asyncio.to_thread(self._exchange, going, fitting)
        for key in written:
            self.index.add(key, Entry(sizes[key], batch[key].at, now))
        for key, made in batch.items():
            if self._waiting.get(key) is made:
                self._forget_waiting(key)
        await self._save()

    def _exchange(self, going: Collection[bytes], coming: Mapping[bytes, Made]) -> list[bytes]:
        """Delete files, then write others; return which are written. Runs in a thread."""
        self._files.remove(going)
        written = []
        try:
            for key, made in coming.items():
                with suppress(struct.error):  # a mark that no file has room for
                    self._files.write(key, made.speech)
                    written.append(key)
        except OSError as error:
            self._in_trouble(error)
        else:
            self.problem = ""
        return written

    async def _remove(self, keys: Collection[bytes]) -> None:
        if keys:
            await asyncio.to_thread(self._files.remove, keys)

    async def _save(self) -> None:
        """Bring the table up to date; what it misses, by a failure or a sudden end, is found again by `sweep`."""
        unsaved = self.index.take_unsaved()
        if not unsaved:
            return
        try:
            await self._database.run(partial(speech_index.save, unsaved=unsaved, pinned=self.index.pinned))
        except sqlite3.Error as error:
            self._in_trouble(error)
            self.index.keep_unsaved_pins()

    def _forget_waiting(self, key: bytes) -> None:
        made = self._waiting.pop(key, None)
        if made is not None:
            self._waiting_bytes -= made.speech.memory_bytes

    def _in_trouble(self, error: Exception) -> None:
        reason = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
        self.problem = f"Speech cannot be kept on the disk ({reason})."


def _seen(future: asyncio.Future[StoredSpeech | None]) -> None:
    """Look at a failure that nobody waits for any more, or asyncio would report it."""
    if not future.cancelled():
        future.exception()
