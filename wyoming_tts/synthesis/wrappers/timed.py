"""The wrapper that turns waiting too long for a provider into a typed failure."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderTimeout
from wyoming_tts.speech.audio import AudioStream, Chunk
from wyoming_tts.text.utterances import speech_seconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.provider import Synthesizes

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
        budget = _Budget(utterance, self._gap_s, self._provider)
        async with AsyncExitStack() as stack:
            async with budget.first():
                stream = await stack.enter_async_context(self._inner.synthesize(utterance))
            yield AudioStream(stream.format, _TimedChunks(stream, budget))


class _Budget:
    """When the next sound must be there, on the loop's own clock."""

    def __init__(self, utterance: Utterance, gap_s: float, provider: str) -> None:
        self._provider = provider
        self._patience_s = utterance.patience_s
        # Whoever may wait long for the first sound, since nobody stands behind it, may wait as long for the next.
        self._gap_s = max(gap_s, utterance.patience_s or 0.0)
        self._dry_at = _now() + utterance.due_s
        self._left_s: float | None = None
        if self._patience_s is not None:
            speech_s = speech_seconds(utterance.text) / utterance.prosody.speed
            self._left_s = utterance.due_s + self._patience_s + WHOLE_RTF * speech_s

    def heard(self, seconds: float) -> None:
        """Note that `seconds` of audio came."""
        self._dry_at = max(self._dry_at, _now()) + seconds

    def first(self) -> _Waiting:
        """Wait for what comes before the first audio."""
        by = None if self._patience_s is None else self._dry_at + self._patience_s
        return _Waiting(self, by, "its first audio did not come in time")

    def following(self) -> _Waiting:
        """Wait for one more chunk, or the end."""
        by = max(self._dry_at, _now()) + self._gap_s
        if self._left_s is not None and _now() + self._left_s < by:
            return _Waiting(self, _now() + self._left_s, "not finished in time")
        return _Waiting(self, by, "its next audio did not come in time")

    def worked(self, seconds: float) -> None:
        """Note time that somebody waited."""
        if self._left_s is not None:
            self._left_s -= seconds

    def failure(self, what: str) -> ProviderTimeout:
        """Return the failure for a wait that was too long."""
        return ProviderTimeout(what, provider=self._provider)


class _Waiting:
    """A wait that ends in ProviderTimeout, and is counted."""

    def __init__(self, budget: _Budget, by: float | None, what: str) -> None:
        self._budget = budget
        self._what = what
        self._timeout = asyncio.timeout_at(by)
        self._began = _now()

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *raised: object) -> None:
        self._budget.worked(_now() - self._began)
        try:
            await self._timeout.__aexit__(*raised)  # type: ignore[arg-type] # handed on as it came
        except TimeoutError as error:
            raise self._budget.failure(self._what) from error


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
        async with self._budget.following() if self._begun else self._budget.first():
            chunk = await anext(self._chunks)
        self._begun = True
        self._budget.heard(self._format.seconds(len(chunk.pcm)))
        return chunk


def _now() -> float:
    return asyncio.get_running_loop().time()
