"""An adapter that says recordings: each voice has its own, however long the text."""

from __future__ import annotations

import random
from array import array
from contextlib import asynccontextmanager
from math import pi, sin
from typing import TYPE_CHECKING

from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.speech.audio import AudioFormat, AudioStream, Chunk, Mark
from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Mapping, Sequence

    from wyoming_tts.speech.utterance import Utterance


def syllables(seconds: float, peak: int, *, rate: int = 16_000, seed: int = 1) -> bytes:
    """Return noise that swells and fades four times a second, as speech does."""
    rng = random.Random(seed)
    return array(
        "h", (round(rng.uniform(-peak, peak) * sin(4 * pi * at / rate) ** 2) for at in range(round(seconds * rate)))
    ).tobytes()


class PcmAdapter(Adapter):
    """Speaks at once, chunk after chunk, and fails as told."""

    def __init__(
        self, name: str, recordings: Mapping[str, bytes], *, free: bool = True, rate: int = 16_000, width: int = 2
    ) -> None:
        super().__init__(name)
        self.recordings = dict(recordings)
        self.free = free
        self.format = AudioFormat(rate, width)
        self.version: str | None = "1"
        self.chunk_bytes = 3200
        self.utterances: list[Utterance] = []
        self.active = 0
        self.failure: BaseException | None = None
        """Raised on entering."""
        self.cut: BaseException | None = None
        """Raised after the first chunk."""
        self.gate: asyncio.Event | None = None
        """The second chunk waits for it."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(streams=True, marks=True, free=self.free)

    async def start(self) -> None:
        pass

    def voices(self) -> Sequence[Voice]:
        return [Voice(name, ("en-US",), version=self.version) for name in self.recordings if "+" not in name]

    def accepts(self, voice: str) -> bool:
        return voice in self.recordings

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        self.utterances.append(utterance)
        if self.failure is not None:
            raise self.failure
        self.active += 1
        try:
            yield AudioStream(self.format, self._chunks(self.recordings[utterance.voice]))
        finally:
            self.active -= 1

    async def _chunks(self, pcm: bytes) -> AsyncIterator[Chunk]:
        for start in range(0, len(pcm), self.chunk_bytes):
            if start and self.cut is not None:
                raise self.cut
            if start and self.gate is not None:
                await self.gate.wait()
            yield Chunk(pcm[start : start + self.chunk_bytes], (Mark(0, self.format.seconds(start)),))

    async def probe(self) -> None:
        pass

    async def aclose(self) -> None:
        pass
