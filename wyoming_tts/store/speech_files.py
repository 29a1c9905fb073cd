"""The files of kept speech: one for each key, whole or not there. Everything here works on the disk."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.store.stored_speech import KEY_BYTES, MAX_SPEECH_BYTES, StoredSpeech

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SUFFIX, PART_SUFFIX = ".speech", ".part"
BLOCK_BYTES = 4096
"""Disks give room in blocks; a short word takes a whole one."""
LEFT_BEHIND_S = 60.0
"""A part that is older than this was left by a process that was ended; to write one takes less than a second."""
MOST_BYTES = 2 * MAX_SPEECH_BYTES
"""More than any file of ours: whatever else lies there must not fill the memory."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of speech that lies in the folder."""

    key: bytes
    size_bytes: int
    written_at: float


class SpeechFiles:
    """Names files by keys; every method but `remove` raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, key: bytes, speech: StoredSpeech) -> None:
        """Put the speech in its place, whole, readable by nobody else.

        Not forced onto the disk: what a sudden loss of power leaves is seen by its checksum.
        """
        part = self._folder / f"{key.hex()}.{secrets.token_hex(4)}{PART_SUFFIX}"
        try:
            descriptor = self._opened(part)
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = self._opened(part)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - with a mode
                file.write(speech.packed(key))
            part.replace(self._path(key))
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def read(self, key: bytes) -> StoredSpeech | None:
        """Return the speech of this key; None, and the file is gone, where it does not hold exactly that."""
        try:
            with self._path(key).open("rb", buffering=0) as file:
                raw = file.read() if os.fstat(file.fileno()).st_size <= MOST_BYTES else b""
        except FileNotFoundError:
            return None
        if (speech := StoredSpeech.unpacked(raw, key)) is None:
            self.remove([key])
        return speech

    def remove(self, keys: Iterable[bytes]) -> None:
        """Delete the files that are there; one that cannot be is found again at the next start."""
        for key in keys:
            with suppress(OSError):
                self._path(key).unlink(missing_ok=True)

    def found(self) -> Iterator[FoundFile]:
        """Yield every file of speech; delete parts that were left behind. Other files are left alone."""
        if not self._folder.is_dir():
            return
        with suppress(PermissionError):  # another user's, who lets us write
            self._folder.chmod(0o700)
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another process's, which it has just deleted
                    yield from self._found(entry)

    def _found(self, entry: os.DirEntry[str]) -> Iterator[FoundFile]:
        if entry.name.endswith(PART_SUFFIX) and entry.stat().st_mtime < time.time() - LEFT_BEHIND_S:
            (self._folder / entry.name).unlink()
        stem, dot, suffix = entry.name.partition(".")
        if dot + suffix == SUFFIX and len(stem) == 2 * KEY_BYTES:
            with suppress(ValueError):
                key, stat = bytes.fromhex(stem), entry.stat()
                yield FoundFile(key, on_disk_bytes(stat.st_size), stat.st_mtime)

    def _opened(self, part: Path) -> int:
        return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def _path(self, key: bytes) -> Path:
        return self._folder / f"{key.hex()}{SUFFIX}"


def on_disk_bytes(size: int) -> int:
    """Return the room that a file of this size takes."""
    return -(-size // BLOCK_BYTES) * BLOCK_BYTES
