"""The asking end of one connection, with every failure of it as a ProviderError."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.errors import BadAudio, ProviderError, ProviderUnavailable
from wyoming_tts.protocol.framing import FrameError, FrameLimits, PeerGone, encode_event, read_event

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wyoming.event import Event


class ConnectionLost(ProviderUnavailable):
    """Nobody answers there, or the connection broke."""


class Connection:
    """Events out and in; built by a Client, which closes it."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        provider: str,
        limits: FrameLimits,
        failure: Callable[[Event], ProviderError],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._failure = failure
        self.provider = provider
        """Stands in every error."""

    def send(self, *events: Event) -> None:
        """Hand events to the socket; a question is small enough not to be waited for."""
        self._writer.write(b"".join(encode_event(event) for event in events))

    async def ask(self, question: Event, answer: str) -> Event:
        """Send an event and return the first answer of the type expected; raises ProviderError."""
        self.send(question)
        while True:
            event = await self.read()
            if event is None:
                raise self.lost()
            if event.type == answer:
                return event

    async def read(self) -> Event | None:
        """Return the next event, None where the connection is gone; raises what an `error` event stands for.

        After an `error` the connection is closed at once: some servers say nothing more, and leave it open.
        """
        try:
            event = await read_event(self._reader, self._limits)
        except FrameError as error:
            raise BadAudio("not a Wyoming event", provider=self.provider) from error
        except (PeerGone, OSError):
            return None
        if event is not None and event.type == "error":
            self.close()
            raise self._failure(event)
        return event

    def lost(self) -> ConnectionLost:
        """Return what to raise where `read` returned None."""
        return ConnectionLost("the connection ended", provider=self.provider)

    def close(self) -> None:
        """Close at once, which is the cancel of whatever was asked; may be called twice."""
        self._writer.transport.abort()
