"""An adapter whose engine is a `WordServer`: our client over a real socket."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.speech.voice import Voice
from wyoming_tts.workers import client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance

VOICES = (Voice("en-us", ("en-US",), quality=1), Voice("de", ("de-DE",), quality=1))


@dataclass
class WordServerAdapter(Adapter):
    """Speaks the two languages of the texts; the server knows its voices by eSpeak's names."""

    name: str
    path: Path
    marks: bool = True
    entered: int = 0
    left: int = 0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(streams=True, marks=self.marks, concurrency=4)

    async def start(self) -> None:
        pass

    def voices(self) -> Sequence[Voice]:
        return VOICES

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        self.entered += 1
        try:
            async with client.speaking(str(self.path), utterance, provider=self.name) as stream:
                yield stream
        finally:
            self.left += 1

    async def probe(self) -> None:
        pass

    async def aclose(self) -> None:
        pass
