"""Speaks to one Wyoming server, a worker of ours or anybody's: one connection for each question."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.protocol.connection import Connection, ConnectionLost
from wyoming_tts.protocol.spoken import SpokenChunks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from wyoming.event import Event

    from wyoming_tts.errors import ProviderError
    from wyoming_tts.protocol.address import Address
    from wyoming_tts.protocol.framing import FrameLimits
    from wyoming_tts.protocol.spoken import PcmReader
    from wyoming_tts.speech.audio import AudioFormat, AudioStream

GONE = (ConnectionRefusedError, ConnectionResetError, BrokenPipeError, FileNotFoundError)
"""What connecting to a dead server raises; anything else (no descriptor left, say) need be no fault of its own."""


class Client:
    """Opens nothing by itself. Raises ProviderError only."""

    def __init__(
        self,
        address: Address,
        *,
        provider: str,
        limits: FrameLimits,
        failure: Callable[[Event], ProviderError],
        connect_s: float | None = None,
    ) -> None:
        """Prepare to ask.

        Args:
            address: Of the server.
            provider: Stands in every error.
            limits: What the server may take for one event.
            failure: What an `error` event stands for. Its sentence may quote the utterance, or say anything else.
            connect_s: How long connecting may take.

        """
        self._address = address
        self._provider = provider
        self._limits = limits
        self._failure = failure
        self._connect_s = connect_s
        self._connections: set[Connection] = set()
        self._closed = False

    async def ask(self, question: Event, answer: str) -> Event:
        """Return the first answer of the type expected to one event."""
        async with self.connected() as connection:
            return await connection.ask(question, answer)

    @asynccontextmanager
    async def speaking(
        self, request: Sequence[Event], pcm: Callable[[AudioFormat], PcmReader], *, end: str = "audio-stop"
    ) -> AsyncIterator[AudioStream]:
        """Have text spoken; entered with the format, left with the connection closed, which is the cancel.

        Args:
            request: The events that ask for it.
            pcm: Makes 16-bit mono of what comes in the format that the server names.
            end: The type of the event that ends the audio.

        """
        async with self.connected() as connection:
            connection.send(*request)
            yield await SpokenChunks(connection, pcm, end=end).begun()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """Hold a connection for as long as the context lasts."""
        if self._closed:
            raise ProviderUnavailable("closed", provider=self._provider)
        reader, writer = await self._open()
        connection = Connection(reader, writer, provider=self._provider, limits=self._limits, failure=self._failure)
        self._connections.add(connection)
        if self._closed:  # in the meantime
            connection.close()
        try:
            yield connection
        finally:
            self._connections.discard(connection)
            connection.close()
            with suppress(OSError):
                await writer.wait_closed()

    def close(self) -> None:
        """Close every connection, whatever is going on there, and open none any more; may be called twice."""
        self._closed = True
        for connection in self._connections:
            connection.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self._connect_s):
                return await self._address.open(limit=self._limits.header_bytes)
        except GONE as error:
            raise ConnectionLost("nobody answers there", provider=self._provider) from error
        except TimeoutError as error:
            raise ProviderUnavailable("no connection in time", provider=self._provider) from error
        except (OSError, ValueError) as error:
            raise ProviderUnavailable(f"no connection: {type(error).__name__}", provider=self._provider) from error
