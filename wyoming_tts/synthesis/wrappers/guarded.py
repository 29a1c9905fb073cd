"""The wrapper that asks the breaker before an utterance and tells it how that went."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderError, ProviderTimeout
from wyoming_tts.speech.audio import AudioStream, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.admission import Admission
    from wyoming_tts.synthesis.health.breaker import CircuitBreaker
    from wyoming_tts.synthesis.health.trial import Trial
    from wyoming_tts.synthesis.provider import Synthesizes
    from wyoming_tts.telemetry.clock import Clock


class Guarded:
    """Tries a provider only where its breaker lets it; a success is heard to its end, a failure counts at any time."""

    def __init__(
        self, inner: Synthesizes, adapter: Adapter, breaker: CircuitBreaker, admission: Admission, clock: Clock
    ) -> None:
        self._inner = inner
        self._adapter = adapter
        self._breaker = breaker
        self._admission = admission
        self._clock = clock

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; raises CircuitOpen where the provider is not even tried."""
        watch = _Watch(self._breaker, self._clock, utterance, fair=self._is_fair(utterance))
        try:
            async with self._inner.synthesize(utterance) as stream:
                watch.chunks = stream.chunks
                watch.reader_has_it = True
                yield AudioStream(stream.format, watch)
                watch.reader_has_it = False
            watch.left()
        except ProviderError as error:
            watch.failed(error)
            raise
        except Exception as error:
            watch.broke(error)
            raise
        finally:
            watch.trial.abandoned()

    def _is_fair(self, utterance: Utterance) -> bool:
        """Whether being late is the provider's fault: it need not load the voice first, and nobody is before it.

        Also one who need not wait for a place may be behind others: some take more at once than they can speak.
        """
        is_alone = not self._breaker.under_way and self._admission.has_none_before(utterance)
        return is_alone and self._adapter.is_warm(utterance.voice)


class _Watch:
    """What the breaker learns of one utterance, and the chunks on their way past it."""

    chunks: AsyncIterator[Chunk]

    def __init__(self, breaker: CircuitBreaker, clock: Clock, utterance: Utterance, *, fair: bool) -> None:
        self.trial: Trial = breaker.begin(utterance.answer_id, insist=utterance.insist)
        self.reader_has_it = False
        """An exception that comes up now is the reader's own, unless the chunks raised it."""
        self._breaker = breaker
        self._clock = clock
        # What is prepared ahead is no measure either.
        self._measured = fair and utterance.due_s == 0
        self._began = clock.now()
        self._heard = False
        self._exhausted = False
        self._fault: Exception | None = None

    def __aiter__(self) -> _Watch:
        return self

    async def __anext__(self) -> Chunk:
        try:
            chunk = await anext(self.chunks)
        except StopAsyncIteration:
            self._exhausted = True
            raise
        except Exception as error:
            self._fault = error
            raise
        if chunk.pcm and not self._heard:
            self._heard = True
            if self._measured:
                self._breaker.first_audio.heard(self._clock.now() - self._began)
        return chunk

    def left(self) -> None:
        """Count a reader who heard everything. Whether silence was right is judged further in."""
        if self._exhausted and self._heard:
            self.trial.succeeded()

    def failed(self, error: ProviderError) -> None:
        """Count a failure, unless the time went by behind others, in loading a voice, or before anybody needed it."""
        if isinstance(error, ProviderTimeout) and not self._heard:
            if not self._measured:
                return
            self._breaker.first_audio.censored(self._clock.now() - self._began)
        self.trial.failed(error)

    def broke(self, error: Exception) -> None:
        """Count a bug in the provider's code; the reader's own trouble is none of its."""
        if error is self._fault or not self.reader_has_it:
            self.trial.failed(ProviderError(f"internal error {type(error).__name__}", provider=self._breaker.provider))
