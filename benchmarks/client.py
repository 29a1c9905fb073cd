"""A client as Home Assistant is one: a connection for each request, timed from before the connect."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from wyoming.audio import AudioChunk, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.info import Describe, Info
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from wyoming.event import Event

PATIENCE_S = 60.0

FIRST_CHUNK_CHARS, TOKEN_CHARS = 60, 4
"""Home Assistant begins to stream after 60 characters; then the tokens of a language model come, 4 on average."""


class Refused(Exception):
    """The server answered with an error, or not to the end."""


@dataclass(frozen=True, slots=True)
class Client:
    """Speaks to one server; every call raises Refused where the answer is not a whole one."""

    port: int
    voice: str | None = None

    async def first_audio_s(self, text: str, *, streamed: bool = False) -> float:
        """Ask, hear it to the end, and return the seconds from the connect to the first audio."""
        began = perf_counter()
        async with asyncio.timeout(PATIENCE_S), AsyncTcpClient("127.0.0.1", self.port) as client:
            if not streamed:
                await client.write_event(Synthesize(text, voice=self._wanted).event())
                return await _hear(client, AudioStop().event().type) - began
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(self._write_stream(client, text))
                first_at = await _hear(client, SynthesizeStopped().event().type)
                await writing
            return first_at - began

    async def describe_s(self) -> float:
        """Ask who can speak and return the seconds from the connect to the whole answer."""
        began = perf_counter()
        async with asyncio.timeout(PATIENCE_S), AsyncTcpClient("127.0.0.1", self.port) as client:
            await client.write_event(Describe().event())
            event = await client.read_event()
            took = perf_counter() - began
        if event is None or not Info.is_type(event.type):
            raise Refused("no voice list")
        return took

    @asynccontextmanager
    async def in_the_middle(
        self, text: str, *, after_chunks: int = 1
    ) -> AsyncIterator[Callable[[], Awaitable[object]]]:
        """Ask; entered after some audio with a function that hears the rest, left with the connection closed."""
        async with asyncio.timeout(PATIENCE_S), AsyncTcpClient("127.0.0.1", self.port) as client:
            await client.write_event(Synthesize(text, voice=self._wanted).event())
            while after_chunks:
                after_chunks -= AudioChunk.is_type((await _next(client)).type)
            yield lambda: _hear(client, AudioStop().event().type)

    async def leave_in_the_middle(self, text: str) -> None:
        """Ask, and be gone at the first audio."""
        async with self.in_the_middle(text):
            pass

    @property
    def _wanted(self) -> SynthesizeVoice | None:
        return SynthesizeVoice(name=self.voice) if self.voice else None

    async def _write_stream(self, client: AsyncTcpClient, text: str) -> None:
        await client.write_event(SynthesizeStart(voice=self._wanted).event())
        for piece in _pieces(text):
            await client.write_event(SynthesizeChunk(piece).event())
        await client.write_event(Synthesize(text, voice=self._wanted).event())
        await client.write_event(SynthesizeStop().event())


def _pieces(text: str) -> Iterator[str]:
    yield text[:FIRST_CHUNK_CHARS]
    for start in range(FIRST_CHUNK_CHARS, len(text), TOKEN_CHARS):
        yield text[start : start + TOKEN_CHARS]


async def _hear(client: AsyncTcpClient, last: str) -> float:
    """Read up to the event that ends the answer and return when the first audio came."""
    first_at = None
    while (event := await _next(client)).type != last:
        if first_at is None and AudioChunk.is_type(event.type):
            first_at = perf_counter()
    if first_at is None:
        raise Refused("no audio")
    return first_at


async def _next(client: AsyncTcpClient) -> Event:
    event = await client.read_event()
    if event is None:
        raise Refused("the connection ended")
    if Error.is_type(event.type):
        raise Refused(Error.from_event(event).code)
    return event
