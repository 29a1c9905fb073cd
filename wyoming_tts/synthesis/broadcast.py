"""One synthesis for any number of readers, in a task of its own."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from wyoming_tts.errors import SpeechCutOff
from wyoming_tts.speech.audio import AudioStream, Chunk
from wyoming_tts.synthesis.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.provider import Synthesizes

KEPT_BYTES = 1024 * 1024
"""Of audio that everybody has read, for those who come later: 24 s at 22,050 Hz, so mostly all there is."""

FIRST_TURNS = 8
"""Of the loop, behind the first chunk: until it has gone from here through an answer to its client."""

E = TypeVar("E", bound=Exception)


class Broadcast:
    """Enters, reads and leaves the context of a synthesis in one task, which ends with the last reader.

    Each reader hears all of it from the beginning. It is read ahead of the fastest one by `ahead_bytes` at most; what
    the slowest one has not read is kept, so that nobody waits for anybody else.
    """

    def __init__(self, inner: Synthesizes, utterance: Utterance, *, provider: str, ahead_bytes: int) -> None:
        self.utterance = utterance
        self.began_at = asyncio.get_running_loop().time()
        self.has_audio = False
        """It has begun to be heard."""
        self._inner = inner
        self._provider = provider
        self._ahead_bytes = ahead_bytes
        self._readers: set[_Reader] = set()
        self._task: asyncio.Task[None] | None = None
        self._format: AudioFormat | None = None
        self._chunks: list[Chunk] = []
        self._dropped = 0
        """Chunks, from the beginning, that are no longer kept."""
        self._kept_bytes = self._all_bytes = 0
        self._turns = Turns(first=FIRST_TURNS)
        self._ended = False
        self._failure: Exception | None = None
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether one who comes now hears all of it."""
        return bool(self._readers) and not self._dropped and self._failure is None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AudioStream]:
        """Enter once the format is known; the first reader starts it. Raises what the synthesis does."""
        reader = _Reader(self)
        self._readers.add(reader)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"synthesis by {self._provider}")
        try:
            while self._format is None:
                self._check()
                await self._wait()
            yield AudioStream(self._format, reader)
        finally:
            await self._leave(reader, self._task)
        if reader.at_end:  # it may have had trouble in taking its leave
            self._check()

    async def next(self, reader: _Reader) -> Chunk | None:
        """Return the reader's next chunk, None behind the last one; raises what the synthesis does."""
        while (at := reader.count - self._dropped) >= len(self._chunks):
            if self._ended:
                self._check()
                return None
            await self._wait()
        chunk = self._chunks[at]
        reader.count += 1
        reader.bytes += len(chunk.pcm)
        self._tidy()
        return chunk

    def _check(self) -> None:
        """Raise the failure, where it has ended in one."""
        if self._failure is not None:
            raise _copied(self._failure) from self._failure

    async def _wait(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _run(self) -> None:
        try:
            async with self._inner.synthesize(self.utterance) as stream:
                self._format = stream.format
                self._news.set()
                await self._relay(stream)
        except asyncio.CancelledError:
            # Where we cancelled nobody reads on; where the adapter did by mistake, this is no end of the utterance.
            self._end(SpeechCutOff("cancelled", provider=self._provider))
            raise
        except Exception as error:  # noqa: BLE001 - handed on: every reader raises it
            self._end(error)

    async def _relay(self, stream: AudioStream) -> None:
        """Hand on the chunks and the end of them: nobody need wait until the context has been left."""
        try:
            async for chunk in stream.chunks:
                await self._take(chunk)
        except Exception as error:
            self._end(error)
            raise
        self._end()

    async def _take(self, chunk: Chunk) -> None:
        self._chunks.append(chunk)
        self._kept_bytes += len(chunk.pcm)
        self._all_bytes += len(chunk.pcm)
        self.has_audio |= bool(chunk.pcm)
        self._news.set()
        await self._turns.took(chunk.pcm)
        while self._all_bytes - max((reader.bytes for reader in self._readers), default=0) >= self._ahead_bytes:
            self._room.clear()
            await self._room.wait()

    def _end(self, failure: Exception | None = None) -> None:
        """Say that nothing more comes. A failure in leaving comes behind the end."""
        self._ended = True
        self._failure = self._failure or failure
        self._news.set()

    def _tidy(self) -> None:
        """Let go of what is too much to keep and has been read by all, and read on where there is room."""
        self._room.set()
        while self._kept_bytes > KEPT_BYTES and min(reader.count for reader in self._readers) > self._dropped:
            self._kept_bytes -= len(self._chunks.pop(0).pcm)
            self._dropped += 1

    async def _leave(self, reader: _Reader, task: asyncio.Task[None]) -> None:
        """Go; the last one ends the synthesis, unless it is just about to end in good order."""
        self._readers.discard(reader)
        if self._readers:
            self._tidy()
            if reader.at_end:  # it may still have trouble in taking its leave, which everybody is told
                await asyncio.wait([task])
            return
        if not self._ended:
            task.cancel()
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()  # whoever cannot wait for that


class _Reader:
    """The chunks as one reader gets them; an iterator without a frame of its own to leave open."""

    def __init__(self, broadcast: Broadcast) -> None:
        self.count = self.bytes = 0
        """What it has read."""
        self.at_end = False
        self._broadcast = broadcast

    def __aiter__(self) -> _Reader:
        return self

    async def __anext__(self) -> Chunk:
        chunk = None if self.at_end else await self._broadcast.next(self)
        if chunk is None:
            self.at_end = True
            raise StopAsyncIteration
        return chunk


def _copied(error: E) -> E:
    """Return an error of the same type and facts: each reader raises one of its own, with its own traceback."""
    copied = type(error).__new__(type(error), *error.args)
    copied.__dict__.update(error.__dict__)
    return copied
