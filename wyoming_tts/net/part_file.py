"""What has been downloaded of a file so far."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Self

from wyoming_tts.net.disk import on_disk

if TYPE_CHECKING:
    import io
    from pathlib import Path
    from types import TracebackType

BLOCK_BYTES = 1024 * 1024
"""Read or written in one go: long enough that the trip to a thread costs nothing, short enough to stop soon."""


class PartFile:
    """Bytes from the file's beginning, kept over interruptions, with the checksum of them all.

    One writer at a time: whoever opens it holds the lock of what it will become. Every method raises ConfigError
    where the disk does not play along.
    """

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self.path = path
        self.size = 0
        """Bytes present and counted in the checksum."""
        self.restarts = 0
        """How often everything was thrown away."""
        self._limit_bytes = limit_bytes
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._file: io.FileIO | None = None

    async def __aenter__(self) -> Self:
        entered = False
        try:
            await on_disk(self.path, self._open)
            entered = True
        finally:
            if not entered:  # the thread may have opened it all the same
                await self._aclose()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._aclose()

    @property
    def md5(self) -> str:
        """The checksum of the bytes present, as 32 hexadecimal digits."""
        return self._md5.hexdigest()

    async def write(self, block: bytes) -> None:
        """Append `block`."""
        await on_disk(self.path, self._append, block)

    async def restart(self) -> None:
        """Throw away what is there."""
        self.restarts += 1
        await on_disk(self.path, self._empty)

    async def sync(self) -> None:
        """Return when the bytes would survive a power cut."""
        await on_disk(self.path, os.fsync, self._opened.fileno())

    @property
    def _opened(self) -> io.FileIO:
        if self._file is None:
            raise RuntimeError("the part file is not open")
        return self._file

    def _open(self) -> None:
        # Unbuffered: a full disk shows at the write, and closing has nothing left to write.
        self._file = open(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), "r+b", buffering=0)  # noqa: SIM115, PTH123 - closed by __aexit__; a descriptor has no Path
        while block := self._file.read(BLOCK_BYTES):
            self._count(block)
            if self.size > self._limit_bytes:
                self._empty()
                return

    def _append(self, block: bytes) -> None:
        view = memoryview(block)
        while view:
            written = self._opened.write(view) or 0
            self._count(view[:written])
            view = view[written:]

    def _count(self, block: bytes | memoryview) -> None:
        self._md5.update(block)
        self.size += len(block)

    def _empty(self) -> None:
        self._opened.seek(0)
        self._opened.truncate()
        self.size = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    async def _aclose(self) -> None:
        if self._file is not None:
            await on_disk(self.path, self._file.close)
