"""The wrapper that turns waiting too long for a provider into a typed failure."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderTimeout
from wyoming_tts.speech.audio import AudioStream, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.provider import Synthesizes


class Timed:
    """Bounds the wait for the first audio (the utterance's patience) and for each further chunk.

    Only the provider's own work counts: while nobody reads the stream no clock runs.
    """

    def __init__(self, inner: Synthesizes, *, provider: str, gap_s: float) -> None:
        self._inner = inner
        self._provider = provider
        self._gap_s = gap_s

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; raises ProviderTimeout where the provider is slower than its budget."""
        patience_s = utterance.patience_s
        now = asyncio.get_running_loop().time()
        first_by = None if patience_s is None else now + patience_s
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(first_by):
                    stream = await stack.enter_async_context(self._inner.synthesize(utterance))
            except TimeoutError as error:
                raise ProviderTimeout(f"not ready within {patience_s:.1f} s", provider=self._provider) from error
            chunks = _TimedChunks(stream.chunks, first_by, gap_s=self._gap_s, provider=self._provider)
            yield AudioStream(stream.format, chunks)


class _TimedChunks:
    """The chunks of a stream, each within its budget; an iterator without a frame of its own to leave open."""

    def __init__(self, chunks: AsyncIterator[Chunk], first_by: float | None, *, gap_s: float, provider: str) -> None:
        self._chunks = chunks
        self._by = first_by
        self._what = "first"
        self._gap_s = gap_s
        self._provider = provider

    def __aiter__(self) -> _TimedChunks:
        return self

    async def __anext__(self) -> Chunk:
        loop = asyncio.get_running_loop()
        by = self._by if self._what == "first" else loop.time() + self._gap_s
        try:
            async with asyncio.timeout_at(by):
                chunk = await anext(self._chunks)
        except TimeoutError as error:
            raise ProviderTimeout(f"its {self._what} audio did not come in time", provider=self._provider) from error
        self._what = "next"
        return chunk
