"""The wrapper that makes every voice equally loud."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from wyoming_tts.audio.level import Gain
from wyoming_tts.speech.audio import AudioStream, Chunk
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.loudness.level_book import version_of
from wyoming_tts.synthesis.loudness.spoken_samples import ENOUGH_S
from wyoming_tts.synthesis.recent import Recent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.loudness.level_book import LevelBook
    from wyoming_tts.synthesis.provider import Synthesizes

REMEMBERED_ANSWERS = 256
"""Answers whose gain is held; several times as many as speak at once."""

REMEMBERED_GAINS = 8
"""Gains ready to use, 128 KB each."""


class Levelled:
    """Applies the voice's gain to the audio and leaves the marks alone; one answer keeps one gain for a voice.

    A voice of unknown level passes as it is and is noted in the book: to be measured where its provider is free,
    else by what it says here at its natural volume, for later answers.
    """

    def __init__(self, inner: Synthesizes, adapter: Adapter, book: LevelBook) -> None:
        self._inner = inner
        self._adapter = adapter
        self._book = book
        self._gains_db: Recent[tuple[str, VoiceName], float] = Recent(REMEMBERED_ANSWERS)
        self._gain = lru_cache(maxsize=REMEMBERED_GAINS)(Gain)

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak at the level that all voices have."""
        name = VoiceName(self._adapter.name, utterance.voice, utterance.speaker)
        version = version_of(self._adapter, utterance.voice)
        gain_db = self._gain_db(name, version, utterance.answer_id)
        async with self._inner.synthesize(utterance) as stream:
            chunks = stream.chunks
            if self._book.enabled and not self._book.knows(name, version):
                if self._adapter.capabilities.free:
                    self._book.ask(name)
                elif utterance.prosody.volume == 1.0 and self._book.spoken.wants(name):
                    chunks = _HeardChunks(stream, name, version, self._book)
            if gain_db and stream.format.width == 2:
                chunks = _LevelledChunks(chunks, self._gain(gain_db), stream.format)
            yield stream if chunks is stream.chunks else AudioStream(stream.format, chunks)

    def _gain_db(self, name: VoiceName, version: str, answer_id: str) -> float:
        held = self._gains_db.get((answer_id, name)) if answer_id else None
        if held is not None:
            return held
        gain_db = self._book.gain_db(name.provider, name.voice, name.speaker, version=version)
        if answer_id and self._book.enabled:
            self._gains_db.put((answer_id, name), gain_db)
        return gain_db


class _LevelledChunks:
    """The chunks of a stream with a gain; an iterator without a frame of its own to leave open."""

    def __init__(self, chunks: AsyncIterator[Chunk], gain: Gain, audio_format: AudioFormat) -> None:
        self._chunks = chunks
        self._gain = gain
        self._frame_bytes = audio_format.frame_bytes

    def __aiter__(self) -> _LevelledChunks:
        return self

    async def __anext__(self) -> Chunk:
        chunk = await anext(self._chunks)
        if len(chunk.pcm) % self._frame_bytes:
            return chunk  # damaged: whoever reads it says so
        return Chunk(self._gain.apply(chunk.pcm), chunk.marks)


class _HeardChunks:
    """The chunks of a stream as they are; of an utterance that ends in order the book gets the audio as well."""

    def __init__(self, stream: AudioStream, name: VoiceName, version: str, book: LevelBook) -> None:
        self._stream = stream
        self._name = name
        self._version = version
        self._book = book
        self._pcm = bytearray()
        self._enough = stream.format.size(ENOUGH_S)

    def __aiter__(self) -> _HeardChunks:
        return self

    async def __anext__(self) -> Chunk:
        try:
            chunk = await anext(self._stream.chunks)
        except StopAsyncIteration:
            self._book.spoken.add(self._name, self._version, self._stream.format, self._pcm)
            self._pcm = bytearray()
            raise
        self._pcm += memoryview(chunk.pcm)[: self._enough - len(self._pcm)]
        return chunk
