"""The wrapper that turns waiting too long for a provider into a typed failure."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, closing
from typing import TYPE_CHECKING, TypeVar

from wyoming_tts.errors import ProviderTimeout
from wyoming_tts.speech.audio import AudioStream, Chunk
from wyoming_tts.synthesis.deadline import Deadline
from wyoming_tts.text.utterances import speech_seconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.provider import Synthesizes

T = TypeVar("T")

WHOLE_RTF = 4.0
"""Seconds of work for a second of speech after which an utterance is given up, however steadily it trickles."""


class Timed:
    """Bounds the silence a listener may hear: before the first audio, in every gap, and by the work of the whole.

    A gap is counted from when the listener has played what came, and only while somebody waits for the next chunk.
    """

    def __init__(self, inner: Synthesizes, *, provider: str, gap_s: float) -> None:
        self._inner = inner
        self._provider = provider
        self._gap_s = gap_s

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; raises ProviderTimeout where the provider is slower than its budget."""
        async with AsyncExitStack() as stack:
            budget = stack.enter_context(closing(_Budget(utterance, self._gap_s, self._provider)))
            stream = await budget.first(stack.enter_async_context(self._inner.synthesize(utterance)))
            yield AudioStream(stream.format, _TimedChunks(stream, budget))


class _Budget:
    """When the next sound must be there, on the loop's own clock."""

    def __init__(self, utterance: Utterance, gap_s: float, provider: str) -> None:
        self._provider = provider
        self._deadline = Deadline()
        self._patience_s = utterance.patience_s
        # Whoever may wait long for the first sound, since nobody stands behind it, may wait as long for the next.
        self._gap_s = max(gap_s, utterance.patience_s or 0.0)
        self._dry_at = _now() + utterance.due_s
        self._left_s: float | None = None
        if self._patience_s is not None:
            speech_s = speech_seconds(utterance.text) / utterance.prosody.speed
            self._left_s = utterance.due_s + self._patience_s + WHOLE_RTF * speech_s

    def close(self) -> None:
        """Say that nobody waits any more."""
        self._deadline.close()

    def heard(self, seconds: float) -> None:
        """Note that `seconds` of audio came."""
        self._dry_at = max(self._dry_at, _now()) + seconds

    async def first(self, work: Awaitable[T]) -> T:
        """Wait for what comes before the first audio."""
        by = None if self._patience_s is None else self._dry_at + self._patience_s
        return await self._within(work, _now(), by, "its first audio did not come in time")

    async def following(self, work: Awaitable[T]) -> T:
        """Wait for one more chunk, or the end."""
        now = _now()
        by = max(self._dry_at, now) + self._gap_s
        if self._left_s is not None and now + self._left_s < by:
            return await self._within(work, now, now + self._left_s, "not finished in time")
        return await self._within(work, now, by, "its next audio did not come in time")

    async def _within(self, work: Awaitable[T], now: float, by: float | None, what: str) -> T:
        """Wait, and count the time that somebody waited; raises ProviderTimeout after `by`."""
        try:
            with self._deadline.until(by):
                return await work
        except TimeoutError as error:
            if not self._deadline.expired:
                raise
            raise ProviderTimeout(what, provider=self._provider) from error
        finally:
            if self._left_s is not None:
                self._left_s -= _now() - now


class _TimedChunks:
    """The chunks of a stream, each within its budget; an iterator without a frame of its own to leave open."""

    def __init__(self, stream: AudioStream, budget: _Budget) -> None:
        self._chunks = stream.chunks
        self._format: AudioFormat = stream.format
        self._budget = budget
        self._begun = False

    def __aiter__(self) -> _TimedChunks:
        return self

    async def __anext__(self) -> Chunk:
        following = anext(self._chunks)
        chunk = await (self._budget.following(following) if self._begun else self._budget.first(following))
        self._begun = True
        self._budget.heard(self._format.seconds(len(chunk.pcm)))
        return chunk


def _now() -> float:
    return asyncio.get_running_loop().time()
