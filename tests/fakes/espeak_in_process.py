"""The real eSpeak NG as an adapter without a worker, for tests in which no time may pass while it computes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.word_server_adapter import VOICES
from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.speech.audio import AudioFormat, AudioStream, Chunk, Mark

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.fakes.word_times import EspeakTimes
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice


@dataclass
class EspeakInProcess(Adapter):
    """Speaks English and German in one chunk."""

    times: EspeakTimes
    name: str = "espeak"

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(streams=True, marks=True)

    async def start(self) -> None:
        pass

    def voices(self) -> Sequence[Voice]:
        return VOICES

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        recording = self.times.recording(utterance.text, utterance.voice)
        marks = tuple(Mark(offset, at_s) for offset, at_s in recording.marks)
        yield AudioStream(AudioFormat(recording.rate), _one(Chunk(recording.pcm, marks)))

    async def probe(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


async def _one(chunk: Chunk) -> AsyncIterator[Chunk]:
    yield chunk
