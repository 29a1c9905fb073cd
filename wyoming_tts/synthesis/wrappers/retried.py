"""The wrapper that asks the same provider again where its failure may have been a moment's."""

from __future__ import annotations

import random as random_module
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import ProviderError
from wyoming_tts.speech.audio import AudioStream, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.provider import Synthesizes
    from wyoming_tts.telemetry.clock import Clock

FIRST_WAIT_S = 0.1
"""A connection that was closed while idle can be opened anew at once; doubles with each further try."""
WAIT_SHARE = 0.25
"""Of the listener's patience, for all waits of an utterance together: the rest is for speaking, here or elsewhere."""
LONGEST_WAITS_S = 1.0
"""For all waits of an utterance, where nobody said how patient he is."""

log = structlog.get_logger(__name__)


class Retried:
    """Retries before the first audio, and only while the listener would not notice."""

    def __init__(
        self,
        inner: Synthesizes,
        *,
        provider: str,
        clock: Clock,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        self._inner = inner
        self._provider = provider
        self._clock = clock
        self._random = random

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; entered when the first audio is there."""
        stream, contexts = await self._first_that_begins(utterance)
        async with contexts:
            yield stream

    async def _first_that_begins(self, utterance: Utterance) -> tuple[AudioStream, AsyncExitStack]:
        waits = _Waits(utterance, self._clock, self._random)
        while True:
            try:
                return await _begun(self._inner, utterance)
            except ProviderError as error:
                wait_s = waits.after(error)
                if wait_s is None:
                    raise
                log.debug("provider is tried again", provider=self._provider, code=error.code, wait_s=round(wait_s, 3))
            await self._clock.sleep(wait_s)


class _Waits:
    """How long to wait for the next try, as long as that makes sense."""

    def __init__(self, utterance: Utterance, clock: Clock, random: Callable[[], float]) -> None:
        patience_s = utterance.patience_s
        self._left_s = LONGEST_WAITS_S if patience_s is None else WAIT_SHARE * patience_s
        self._by = None if patience_s is None else clock.now() + utterance.due_s + patience_s
        self._next_s = FIRST_WAIT_S
        self._clock = clock
        self._random = random

    def after(self, error: ProviderError) -> float | None:
        """Return the seconds to wait, None for giving up."""
        if not error.retryable:
            return None
        # Random, so that those who failed together do not come back together. Never nothing: that would have no end.
        wait_s = self._next_s * (0.5 + 0.5 * self._random())
        if error.retry_after_s is not None:
            wait_s = max(wait_s, error.retry_after_s)
        if wait_s > self._left_s or (self._by is not None and self._clock.now() + wait_s >= self._by):
            return None
        self._left_s -= wait_s
        self._next_s *= 2.0
        return wait_s


async def _begun(inner: Synthesizes, utterance: Utterance) -> tuple[AudioStream, AsyncExitStack]:
    """Return a stream with its first chunk fetched, and what to leave afterwards; what failed has been left."""
    async with AsyncExitStack() as contexts:
        stream = await contexts.enter_async_context(inner.synthesize(utterance))
        first = await anext(stream.chunks, None)
        return AudioStream(stream.format, _From(first, stream.chunks)), contexts.pop_all()


class _From:
    """The first chunk and then the others; an iterator without a frame of its own to leave open."""

    def __init__(self, first: Chunk | None, others: AsyncIterator[Chunk]) -> None:
        self._first = first
        self._others = others

    def __aiter__(self) -> _From:
        return self

    async def __anext__(self) -> Chunk:
        first, self._first = self._first, None
        return await anext(self._others) if first is None else first
