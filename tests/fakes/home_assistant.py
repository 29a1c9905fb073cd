"""Home Assistant as a client: its two ways to ask for speech, and its way to ask who can speak.

It is strict where Home Assistant is, and blind where Home Assistant is.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wyoming.audio import AudioChunk, AudioStart, AudioStop
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
    from collections.abc import Iterable

    from wyoming.event import Event

PATIENCE_S = 10.0
"""Home Assistant itself would wait for ever; a test must not."""


class ServiceError(Exception):
    """The server sent `error`."""


class NoAudio(Exception):
    """The connection ended before the audio did."""


@dataclass(slots=True)
class Heard:
    """What came out of one request."""

    rate: int = 0
    width: int = 0
    channels: int = 0
    pcm: bytes = b""
    events: list[str] = field(default_factory=list)
    """The types of all events, in order."""
    ended_by_event: bool = False
    """The end was said, not guessed from a closed connection."""
    first_audio_before_stop: bool = False
    """Audio came while the text was still being written."""

    @property
    def seconds(self) -> float:
        return len(self.pcm) / (self.rate * self.width * self.channels)


@dataclass(frozen=True, slots=True)
class HomeAssistant:
    host: str
    port: int

    async def describe(self) -> Info:
        async with asyncio.timeout(PATIENCE_S), AsyncTcpClient(self.host, self.port) as client:
            await client.write_event(Describe().event())
            while (event := await client.read_event()) is not None:
                if Info.is_type(event.type):
                    return Info.from_event(event)
        raise NoAudio

    async def speak(self, text: str, voice: SynthesizeVoice | None = None) -> Heard:
        """One-shot: the format is the first chunk's, the end is the first `audio-stop`."""
        heard = Heard()
        async with asyncio.timeout(PATIENCE_S), AsyncTcpClient(self.host, self.port) as client:
            await client.write_event(Synthesize(text, voice=voice).event())
            while (event := await client.read_event()) is not None:
                _note(heard, event)
                if AudioChunk.is_type(event.type):
                    _chunk(heard, event, takes_format=True)
                elif AudioStop.is_type(event.type):
                    heard.ended_by_event = True
                    return heard
        raise NoAudio

    async def stream(
        self,
        chunks: Iterable[str],
        voice: SynthesizeVoice | None = None,
        *,
        hold: asyncio.Event | None = None,
    ) -> Heard:
        """Text stream: written by one task while another reads; `hold` delays the last chunk and all that follows."""
        heard = Heard()
        stopped = asyncio.Event()
        async with asyncio.timeout(PATIENCE_S), AsyncTcpClient(self.host, self.port) as client:
            await client.write_event(SynthesizeStart(voice=voice).event())
            writing = asyncio.create_task(_write(client, list(chunks), voice, hold, stopped))
            try:
                await _read(client, heard, stopped, hold)
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
        return heard


async def _write(
    client: AsyncTcpClient,
    chunks: list[str],
    voice: SynthesizeVoice | None,
    hold: asyncio.Event | None,
    stopped: asyncio.Event,
) -> None:
    for index, chunk in enumerate(chunks):
        if hold is not None and index == len(chunks) - 1:
            await hold.wait()
        await client.write_event(SynthesizeChunk(chunk).event())
    await client.write_event(Synthesize("".join(chunks), voice=voice).event())
    stopped.set()
    await client.write_event(SynthesizeStop().event())


async def _read(client: AsyncTcpClient, heard: Heard, stopped: asyncio.Event, hold: asyncio.Event | None) -> None:
    """The format is the first `audio-start`'s; the end is `synthesize-stopped`, or silently a closed connection."""
    while (event := await client.read_event()) is not None:
        _note(heard, event)
        if AudioStart.is_type(event.type) and not heard.rate:
            start = AudioStart.from_event(event)
            heard.rate, heard.width, heard.channels = start.rate, start.width, start.channels
        elif AudioChunk.is_type(event.type) and heard.rate:
            _chunk(heard, event, takes_format=False)
            heard.first_audio_before_stop = heard.first_audio_before_stop or not stopped.is_set()
            if hold is not None:
                hold.set()
        elif SynthesizeStopped.is_type(event.type):
            heard.ended_by_event = True
            return


def _note(heard: Heard, event: Event) -> None:
    heard.events.append(event.type)
    if Error.is_type(event.type):
        error = Error.from_event(event)
        raise ServiceError(f"Error from Wyoming service: {error.text} (code: {error.code})")


def _chunk(heard: Heard, event: Event, *, takes_format: bool) -> None:
    chunk = AudioChunk.from_event(event)
    if takes_format and not heard.rate:
        heard.rate, heard.width, heard.channels = chunk.rate, chunk.width, chunk.channels
    heard.pcm += chunk.audio
