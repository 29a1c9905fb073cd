"""Chunks from the task that makes them to the one that needs them, a bounded time of audio ahead."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from wyoming_tts.speech.audio import Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class ChunkPipe:
    """One writer, one reader; the writer waits while `limit_bytes` are unread, a failure arrives after its audio."""

    def __init__(self, limit_bytes: int, *, joined_bytes: int = 0) -> None:
        """Hand over chunks that wait together as one, as long as they have no more than `joined_bytes` in all."""
        self._limit_bytes = limit_bytes
        self._joined_bytes = joined_bytes
        self._unread: deque[Chunk] = deque()
        self._unread_bytes = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._ended = False
        self._failure: Exception | None = None

    async def put(self, chunk: Chunk) -> None:
        """Hand over one chunk, after waiting for room."""
        await self._room.wait()
        self._unread.append(chunk)
        self._unread_bytes += len(chunk.pcm)
        if self._unread_bytes >= self._limit_bytes:
            self._room.clear()
        self._changed.set()

    def end(self, failure: Exception | None = None) -> None:
        """Say that nothing more comes, and why where it is a failure; the first word counts."""
        if not self._ended:
            self._ended, self._failure = True, failure
            self._changed.set()

    @property
    def unread(self) -> bool:
        """A chunk can be read at once."""
        return bool(self._unread)

    @property
    def stirred(self) -> bool:
        """Something can be read at once: a chunk, or the end."""
        return bool(self._unread) or self._ended

    async def stir(self) -> None:
        """Wait until something can be read."""
        while not self.stirred:
            self._changed.clear()
            await self._changed.wait()

    async def chunks(self) -> AsyncIterator[Chunk]:
        """Yield what was put, in order; then raise the failure, if there was one."""
        while True:
            while self._unread:
                chunk = self._next()
                self._unread_bytes -= len(chunk.pcm)
                if self._unread_bytes < self._limit_bytes:
                    self._room.set()
                yield chunk
            if self._ended:
                break
            await self.stir()
        if self._failure is not None:
            raise self._failure

    def _next(self) -> Chunk:
        """Return the next chunk, with those that wait behind it as far as they may be joined."""
        chunk = self._unread.popleft()
        size = len(chunk.pcm)
        joined = [chunk]
        while self._unread and (size := size + len(self._unread[0].pcm)) <= self._joined_bytes:
            joined.append(self._unread.popleft())
        if len(joined) == 1:
            return chunk
        return Chunk(b"".join(one.pcm for one in joined), tuple(mark for one in joined for mark in one.marks))
