"""Writing to a peer: whole events, bounded memory, and an end to waiting for one that takes nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from wyoming_tts.protocol.framing import PeerGone, encode_event

if TYPE_CHECKING:
    from wyoming.event import Event

    from wyoming_tts.wire.audio_events import AudioEvents

BUFFER_BYTES = 128 * 1024
"""Unsent bytes per connection at which writing waits: 1.5 s of audio at 44,100 Hz, and the memory of a stuck peer."""

CHUNKS_PER_WRITE = 16
"""Audio chunks handed to the socket in one go, 64 KiB: fewer system calls, and the buffer's bound stays meant."""

LOOKS_PER_TIMEOUT = 4
"""How often within the write timeout progress is looked for, so that a cut comes at most a quarter late."""


class Outlet:
    """The writing half of a connection. Every method but `abort` raises PeerGone when the peer is gone or stuck."""

    def __init__(self, writer: asyncio.StreamWriter, *, write_timeout_s: float) -> None:
        self._writer = writer
        self._write_timeout_s = write_timeout_s
        self._written = 0
        writer.transport.set_write_buffer_limits(high=BUFFER_BYTES)

    async def send(self, event: Event) -> None:
        """Write an event."""
        await self.write(encode_event(event))

    async def write(self, *parts: bytes | memoryview) -> None:
        """Write one or more whole events; returns when the buffer has room again."""
        self._written += sum(len(part) for part in parts)
        self._writer.writelines(parts)
        await self._drain()

    async def audio(self, events: AudioEvents, pcm: bytes, *, first: bool) -> None:
        """Write audio, after `audio-start` where it is the first of its answer."""
        if first:
            head, piece = next(events.chunks(pcm))
            await self.write(events.start, head, piece)
            pcm = pcm[len(piece) :]
        chunks = events.chunks(pcm)
        while some := list(islice(chunks, CHUNKS_PER_WRITE)):
            await self.write(*(part for chunk in some for part in chunk))

    async def close(self, within_s: float) -> None:
        """Send what is still buffered, then close; cut off where that takes too long. Raises nothing."""
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(within_s):
                await self._writer.wait_closed()
        self.abort()

    def abort(self) -> None:
        """Close at once, without sending what is buffered; may be called twice."""
        self._writer.transport.abort()

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        taken, since = self._taken(), loop.time()
        while True:
            try:
                async with asyncio.timeout(self._write_timeout_s / LOOKS_PER_TIMEOUT) as look:
                    return await self._writer.drain()
            except OSError as error:
                if not look.expired():  # not our timeout: ETIMEDOUT of the socket is a TimeoutError, too
                    raise PeerGone("The client has closed the connection.") from error
                if self._taken() > taken:
                    taken, since = self._taken(), loop.time()
                elif loop.time() - since >= self._write_timeout_s:
                    raise PeerGone("The client takes no bytes.") from error

    def _taken(self) -> int:
        return self._written - self._writer.transport.get_write_buffer_size()
