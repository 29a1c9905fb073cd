"""Writing to a peer: whole events, bounded memory, and an end to waiting for one that takes nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from wyoming_tts.protocol.framing import PeerGone, encode_event

if TYPE_CHECKING:
    from wyoming.event import Event

    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.wire.audio_events import AudioEvents

CHUNKS_PER_WRITE = 4
"""Audio chunks handed to the socket in one go, 16 KiB: fewer system calls, and yet so little that a slow reader has
taken it soon. Whatever is to be said last, an `error`, has to wait behind it."""

CLOSED = "The client has closed the connection."

LOOKS_PER_TIMEOUT = 4
"""How often within the write timeout progress is looked for, so that a cut comes at most a quarter late."""


class Outlet:
    """The writing half of a connection. Every method but `abort` raises PeerGone when the peer is gone or stuck."""

    def __init__(self, writer: asyncio.StreamWriter, *, write_timeout_s: float, clock: Clock) -> None:
        self._writer = writer
        self._write_timeout_s = write_timeout_s
        self._clock = clock
        self._written = 0
        self._writing = 0
        self._quiet_since = clock.now()
        # Nothing piles up here: what the kernel does not take at once is all that waits.
        writer.transport.set_write_buffer_limits(high=0)

    @property
    def quiet_since(self) -> float | None:
        """When something was last written; None while the peer has yet to take it."""
        return None if self._writing else self._quiet_since

    async def send(self, event: Event) -> None:
        """Write an event."""
        await self.write(encode_event(event))

    async def write(self, *parts: bytes | memoryview) -> None:
        """Write one or more whole events; returns when the kernel has taken them."""
        self._written += sum(len(part) for part in parts)
        self._writing += 1
        try:
            self._writer.writelines(parts)
            await self._drain()
        finally:
            self._writing -= 1
            self._quiet_since = self._clock.now()

    async def audio(self, events: AudioEvents, pcm: bytes, *, first: bool) -> None:
        """Write audio, after `audio-start` where it is the first of its answer."""
        chunks = events.chunks(pcm)
        if first:
            await self.write(events.start, *next(chunks))
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
        transport = self._writer.transport
        # One that closes with nothing left to send needs no help, and may be gone: asyncio fails on aborting that.
        if not transport.is_closing() or transport.get_write_buffer_size():
            transport.abort()

    async def _drain(self) -> None:
        if not self._writer.transport.get_write_buffer_size():  # as nearly always: no timer for what is over already
            try:
                return await self._writer.drain()
            except OSError as error:
                raise PeerGone(CLOSED) from error
        loop = asyncio.get_running_loop()
        taken, since = self._taken(), loop.time()
        while True:
            try:
                async with asyncio.timeout(self._write_timeout_s / LOOKS_PER_TIMEOUT) as look:
                    return await self._writer.drain()
            except OSError as error:
                if not look.expired():  # not our timeout: ETIMEDOUT of the socket is a TimeoutError, too
                    raise PeerGone(CLOSED) from error
                if self._taken() > taken:
                    taken, since = self._taken(), loop.time()
                elif loop.time() - since >= self._write_timeout_s:
                    raise PeerGone("The client takes no bytes.") from error

    def _taken(self) -> int:
        return self._written - self._writer.transport.get_write_buffer_size()
