"""What a client hears, with wyoming's own client classes."""

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

    from wyoming.client import AsyncClient

WITHIN_S = 30.0


@dataclass
class Heard:
    """Everything that came back for one request."""

    events: list[str] = field(default_factory=list)
    pcm: bytearray = field(default_factory=bytearray)
    rate: int = 0
    error: Error | None = None

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.rate if self.rate else 0.0

    @property
    def peak(self) -> int:
        return max((abs(sample) for sample in memoryview(self.pcm).cast("h")), default=0)

    @property
    def whole(self) -> bool:
        """It began once, ended once, and no error came."""
        starts, stops = self.events.count("audio-start"), self.events.count("audio-stop")
        return starts == stops == 1 and self.error is None


async def listen(client: AsyncClient, *, until: str) -> Heard:
    """Collect events until `until`, an error or the end of the connection."""
    heard = Heard()
    async with asyncio.timeout(WITHIN_S):
        while (event := await client.read_event()) is not None:
            heard.events.append(event.type)
            if AudioStart.is_type(event.type):
                heard.rate = AudioStart.from_event(event).rate
            elif AudioChunk.is_type(event.type):
                heard.pcm += AudioChunk.from_event(event).audio
            elif Error.is_type(event.type):
                heard.error = Error.from_event(event)
                break
            if event.type == until:
                break
    return heard


async def say(client: AsyncClient, text: str, voice: str | None = None, speaker: str | None = None) -> Heard:
    """Ask in one piece, as Home Assistant does of a server that does not stream."""
    wanted = SynthesizeVoice(name=voice, speaker=speaker) if voice else None
    await client.write_event(Synthesize(text=text, voice=wanted).event())
    return await listen(client, until=AudioStop().event().type)


async def stream(client: AsyncClient, chunks: Iterable[str], voice: str | None = None) -> Heard:
    """Ask as a text stream with the compatibility event, as Home Assistant does."""
    wanted = SynthesizeVoice(name=voice) if voice else None
    chunks = list(chunks)

    async def write() -> None:
        await client.write_event(SynthesizeStart(voice=wanted).event())
        for chunk in chunks:
            await client.write_event(SynthesizeChunk(chunk).event())
        await client.write_event(Synthesize(text="".join(chunks), voice=wanted).event())
        await client.write_event(SynthesizeStop().event())

    heard, _ = await asyncio.gather(listen(client, until=SynthesizeStopped().event().type), write())
    return heard


async def tcp_say(port: int, text: str, voice: str | None = None, speaker: str | None = None) -> Heard:
    async with AsyncTcpClient("127.0.0.1", port) as client:
        return await say(client, text, voice, speaker)


async def tcp_stream(port: int, chunks: Iterable[str], voice: str | None = None) -> Heard:
    async with AsyncTcpClient("127.0.0.1", port) as client:
        return await stream(client, chunks, voice)


async def describe(client: AsyncClient) -> Info:
    await client.write_event(Describe().event())
    async with asyncio.timeout(WITHIN_S):
        event = await client.read_event()
    assert event is not None
    return Info.from_event(event)
