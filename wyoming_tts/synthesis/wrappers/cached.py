"""The wrapper that says again what was said before, and keeps what is new."""

from __future__ import annotations

from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

from wyoming_tts.speech.audio import AudioStream, Chunk
from wyoming_tts.store.stored_speech import MAX_SPEECH_BYTES, StoredSpeech

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import Mark
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.store.byte_room import ByteRoom
    from wyoming_tts.synthesis.kept_speech import KeptSpeech
    from wyoming_tts.synthesis.provider import Synthesizes

FIRST_BYTES = 4096
"""0.1 s at 22,050 Hz: heard before anybody has worked on the rest."""
CHUNK_BYTES = 32 * 1024


class Cached:
    """Asks no provider for what is kept; keeps what has passed every judgement further in, whole and to its end."""

    def __init__(self, inner: Synthesizes, kept: KeptSpeech, *, max_bytes: int = MAX_SPEECH_BYTES) -> None:
        self._inner = inner
        self._max_bytes = max_bytes
        self._kept = kept

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak, or say again."""
        if not utterance.cacheable or utterance.seed is not None:  # the key knows nothing of a seed
            async with self._inner.synthesize(utterance) as stream:
                yield stream
            return
        known = await self._kept.get(utterance)
        if known is not None:
            yield AudioStream(known.format, _Replay(known))
            return
        with closing(_Recording(self._kept.recording, self._max_bytes)) as recording:
            async with self._inner.synthesize(utterance) as stream:
                yield AudioStream(stream.format, recording.of(stream))
            speech = recording.speech(len(utterance.text))
            # Of the last hope without word times nobody judges whether it was cut off: a guess must not end an answer.
            if speech is not None and (speech.marks or not utterance.insist):
                await self._kept.put(utterance, speech)


class _Recording:
    """The chunks of a stream on their way past; an iterator without a frame of its own to leave open."""

    _stream: AudioStream

    def __init__(self, room: ByteRoom, max_bytes: int) -> None:
        self._room = room
        self._max_bytes = max_bytes
        self._pcm: list[bytes] = []
        self._marks: list[Mark] = []
        self._bytes = 0
        self._too_much = False
        self._ended = False

    def of(self, stream: AudioStream) -> _Recording:
        """Return itself, as the chunks of this stream."""
        self._stream = stream
        return self

    def __aiter__(self) -> _Recording:
        return self

    async def __anext__(self) -> Chunk:
        try:
            chunk = await anext(self._stream.chunks)
        except StopAsyncIteration:
            self._ended = True
            raise
        if not self._too_much:
            self._take(chunk)
        return chunk

    def speech(self, chars: int) -> StoredSpeech | None:
        """Return what was heard of so many characters; None where that is not all of it, or too much."""
        if not self._ended or self._too_much:
            return None
        # Others mean nothing, and come from elsewhere.
        marks = tuple(mark for mark in self._marks if 0 <= mark.offset < chars)
        return StoredSpeech(self._stream.format, b"".join(self._pcm), marks)

    def close(self) -> None:
        """Forget it; may be called twice."""
        self._pcm.clear()
        self._room.give_back(self._bytes)
        self._bytes = 0

    def _take(self, chunk: Chunk) -> None:
        size = len(chunk.pcm)
        self._too_much = self._bytes + size > self._max_bytes or not self._room.take(size)
        if self._too_much:
            self.close()
            return
        self._bytes += size
        self._pcm.append(chunk.pcm)
        self._marks.extend(chunk.marks)


class _Replay:
    """The chunks of kept speech, each with the marks of its own time."""

    def __init__(self, speech: StoredSpeech) -> None:
        self._speech = speech
        self._marks = list(reversed(speech.marks))
        self._at = 0

    def __aiter__(self) -> _Replay:
        return self

    async def __anext__(self) -> Chunk:
        pcm, format_ = self._speech.pcm, self._speech.format
        if self._at >= len(pcm):
            raise StopAsyncIteration
        size = CHUNK_BYTES if self._at else FIRST_BYTES
        begin, self._at = self._at, self._at + size - size % format_.frame_bytes
        is_last, until_s = self._at >= len(pcm), format_.seconds(self._at)
        marks = []
        while self._marks and (is_last or self._marks[-1].at_s < until_s):
            marks.append(self._marks.pop())
        return Chunk(pcm[begin : self._at], tuple(marks))
