"""A body as it arrives from a provider, as a stream of audio."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wyoming_tts.errors import BadAudio, ProviderError, SpeechCutOff
from wyoming_tts.speech.audio import AudioStream, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from wyoming_tts.audio.decode import Decoder

STEPS_AT_ONCE = 16
PCM_AT_ONCE_BYTES = 64 * 1024
"""After so much the event loop has its turn. 16 frames of MP3 or packets of Opus are 0.3 s of audio and take 1 ms."""


async def decoded(body: AsyncIterator[bytes], decoder: Decoder) -> AudioStream:
    """Return the stream once its format is known; raises what the body and the decoder raise.

    A body that fails once audio was handed on is SpeechCutOff.
    """
    chunks = _Chunks(body, decoder)
    while decoder.format is None:
        await chunks.advance()
    return AudioStream(decoder.format, chunks)


class _Chunks:
    """The audio of one body. An object and no generator: nothing is left to finalise when its reader leaves."""

    def __init__(self, body: AsyncIterator[bytes], decoder: Decoder) -> None:
        self._body = body
        self._decoder = decoder
        self._steps: Iterator[bytes] = iter(())
        """What is left to do with the last piece of the body."""
        self._busy = False
        self._ending = False
        self._pcm = bytearray()
        self._spoken = False
        self._failure: ProviderError | None = None
        """Waits until what came before it has been handed on."""

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        while not self._pcm:
            await self.advance()
        pcm = bytes(self._pcm)
        self._pcm.clear()
        self._spoken = True
        return Chunk(pcm)

    async def advance(self) -> None:
        """Decode a little more, and wait for the body where there is nothing left of it; may raise its end."""
        if self._failure is not None:
            raise self._failure
        if self._busy:
            await asyncio.sleep(0)
        else:
            await self._receive()
        if self._decoder.unprepared:
            await asyncio.to_thread(self._decoder.prepare)
        try:
            self._busy = self._work()
        except ProviderError as error:
            self._failure = error
            if not self._pcm:
                raise

    async def _receive(self) -> None:
        if self._ending:
            raise StopAsyncIteration
        try:
            self._steps = self._decoder.steps(await anext(self._body))
        except StopAsyncIteration:
            self._ending = True
            self._steps = self._decoder.last_steps()
        except ProviderError as error:
            if not self._spoken or isinstance(error, (BadAudio, SpeechCutOff)):
                raise
            raise SpeechCutOff(error.detail, provider=error.provider) from error

    def _work(self) -> bool:
        """Do some steps; return whether there may be more of them."""
        for count, pcm in enumerate(self._steps, 1):
            self._pcm += pcm
            if count == STEPS_AT_ONCE or len(self._pcm) >= PCM_AT_ONCE_BYTES or self._decoder.unprepared:
                return True
        return False
