"""Five voices of three kinds, 12 LU and more apart by nature, are equally loud in the house."""

from __future__ import annotations

import asyncio
from array import array
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.house_parts import provider
from tests.fakes.piper_voice import build_piper_voice
from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.espeak import EspeakSettings
from wyoming_tts.adapters.local.piper import PiperSettings
from wyoming_tts.adapters.registry import build
from wyoming_tts.audio.level import loudness
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.audio import AudioStream, Chunk
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.database import Database
from wyoming_tts.store.levels import SCHEMA, Levels
from wyoming_tts.synthesis.loudness.level_book import LevelBook, version_of
from wyoming_tts.synthesis.loudness.levelling import BETWEEN_S, PASSAGE, Levelling
from wyoming_tts.synthesis.wrappers.levelled import Levelled
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.voice import Voice

WITHIN_S = 40.0
TARGET_LUFS = -20.0
ANOTHER_TEXT = (
    "The quick brown fox jumps over the lazy dog. She sells sea shells by the sea shore, and nobody knows why. "
    "There are three eggs left in the fridge, but the milk ran out yesterday."
)
VOICES = (
    VoiceName("espeak", "en-us+f3"),
    VoiceName("espeak", "en-us+whisper"),
    VoiceName("piper", "en_US-tiny-low"),
    VoiceName("loud", "en-gb"),
    VoiceName("soft", "en-gb"),
)


class ScaledAdapter(Adapter):
    """Another adapter's voices at a fraction of their volume."""

    def __init__(self, name: str, inner: Adapter, factor: float) -> None:
        super().__init__(name)
        self._inner = inner
        self._factor = factor

    @property
    def capabilities(self) -> Capabilities:
        return self._inner.capabilities

    async def start(self) -> None:
        pass

    def voices(self) -> Sequence[Voice]:
        return self._inner.voices()

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        async with self._inner.synthesize(utterance) as stream:
            yield AudioStream(stream.format, self._scaled(stream))

    async def _scaled(self, stream: AudioStream) -> AsyncIterator[Chunk]:
        async for chunk in stream.chunks:
            samples = (round(sample * self._factor) for sample in array("h", chunk.pcm))
            yield Chunk(array("h", samples).tobytes(), chunk.marks)

    async def probe(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


@pytest.fixture
async def adapters(tmp_path: Path) -> AsyncIterator[dict[str, Adapter]]:
    build_piper_voice(tmp_path / "voices", VOICES[2].voice, samples_per_id=1000)
    clock = FakeClock()
    context = AdapterContext(tmp_path, WorkerPool(None, clock=clock), clock, WorkerSettings())
    espeak, piper = build("espeak", EspeakSettings(), context), build("piper", PiperSettings(), context)
    await asyncio.gather(espeak.start(), piper.start())
    scaled = {name: ScaledAdapter(name, espeak, factor) for name, factor in (("loud", 1.0), ("soft", 0.25))}
    yield {"espeak": espeak, "piper": piper, **scaled}
    await asyncio.gather(espeak.aclose(), piper.aclose())


async def spoken(speaker: Adapter | Levelled, name: VoiceName, text: str) -> tuple[float, list[int]]:
    """Return LUFS and samples."""
    async with speaker.synthesize(Utterance(text, name.voice)) as stream:
        audio_format: AudioFormat = stream.format
        pcm = b"".join([chunk.pcm async for chunk in stream.chunks])
    lufs = loudness(pcm, audio_format)
    assert lufs is not None
    return lufs, array("h", pcm).tolist()


async def measure_all(adapters: dict[str, Adapter], book: LevelBook) -> None:
    clock = FakeClock()
    levelling = Levelling(map(provider, adapters.values()), book, clock, wanted=lambda: VOICES, is_quiet=lambda: True)
    task = asyncio.create_task(levelling.run())
    try:
        async with asyncio.timeout(WITHIN_S):
            while not all(book.knows(name, version_of(adapters[name.provider], name.voice)) for name in VOICES):
                await clock.advance(BETWEEN_S)
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_five_voices_are_within_one_unit_of_the_target_and_none_is_clipped(adapters: dict[str, Adapter]) -> None:
    database = Database(None, [SCHEMA])
    await database.open()
    book = LevelBook(Levels(database), target_lufs=TARGET_LUFS)
    await measure_all(adapters, book)
    natural = [(await spoken(adapters[name.provider], name, PASSAGE))[0] for name in VOICES]
    assert max(natural) - min(natural) > 12
    for name in VOICES:
        levelled = Levelled(adapters[name.provider], adapters[name.provider], book)
        for text in (PASSAGE, ANOTHER_TEXT):
            lufs, samples = await spoken(levelled, name, text)
            assert lufs == pytest.approx(TARGET_LUFS, abs=1.0), (name, text)
            assert max(map(abs, samples)) < 32_600, (name, text)
    await database.aclose()
