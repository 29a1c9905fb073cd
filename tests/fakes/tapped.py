"""Between the house and a real adapter: writes down what it was asked to say, and how much came of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.speech.audio import AudioStream, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice


@dataclass
class Said:
    """One utterance that was asked for."""

    text: str
    size: int = 0
    """Bytes of PCM so far."""
    whole: bool = False
    """It came to its end."""


@dataclass
class Tapped(Adapter):
    """Everything goes through untouched."""

    inner: Adapter
    said: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.inner.name)

    @property
    def capabilities(self) -> Capabilities:
        return self.inner.capabilities

    async def start(self) -> None:
        await self.inner.start()

    def voices(self) -> Sequence[Voice]:
        return self.inner.voices()

    def accepts(self, voice: str) -> bool:
        return self.inner.accepts(voice)

    def is_warm(self, voice: str) -> bool:
        return self.inner.is_warm(voice)

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        said = Said(utterance.text)
        self.said.append(said)
        async with self.inner.synthesize(utterance) as stream:
            yield AudioStream(stream.format, _Chunks(stream.chunks, said))

    async def probe(self) -> None:
        await self.inner.probe()

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass
class _Chunks:
    chunks: AsyncIterator[Chunk]
    said: Said

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> Chunk:
        try:
            chunk = await anext(self.chunks)
        except StopAsyncIteration:
            self.said.whole = True
            raise
        self.said.size += len(chunk.pcm)
        return chunk
