"""The one door for requests: routes, answers, and remembers how it went."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import AllProvidersFailed, OverloadedError, TtsError
from wyoming_tts.synthesis.answer import Answer
from wyoming_tts.synthesis.chain import Chain
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.record import RecentRequests, RequestRecord
from wyoming_tts.synthesis.text_watch import TextWatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.store.text_hash import TextHash
    from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
    from wyoming_tts.synthesis.dead_letter_box import DeadLetterBox
    from wyoming_tts.synthesis.routing.router import Router
    from wyoming_tts.telemetry.clock import Clock

UNREAD_PATIENCE_S = 0.25
"""For the text of a request that has failed already: what has come is there at once."""

LEAVING_S = 0.5
"""For the links of an answer that was heard to its end: only one that is left in good order counts as a success, and is
kept. It is a millisecond where nothing is wrong."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SpeakerOptions:
    """The owner's settings that matter to the speaker."""

    manner: Manner = field(default_factory=Manner)
    padding: Callable[[str], tuple[float, float]] | None = None
    """From a client's address to its lead-in and tail in seconds."""
    max_answers: int = 64
    """Answers at the same time; beyond that a newcomer is told to come back."""
    keep_failed_text: bool = False
    """Whether the text of what nobody could speak is kept."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Where requests that nobody could speak are kept."""

    box: DeadLetterBox
    begin_hash: Callable[[], TextHash]


class Speaker:
    """Answers requests, each in its own task tree that ends with its context."""

    def __init__(
        self,
        router: Router,
        options: SpeakerOptions,
        *,
        carry_on: CarryOn,
        clock: Clock,
        letters: Letters | None = None,
        learn: Callable[[str], None] | None = None,
    ) -> None:
        """Take the parts; `learn` is told each sentence that is no private one."""
        self._router = router
        self._options = options
        self._carry_on = carry_on
        self._letters = letters
        self._learn = learn
        self._clock = clock
        self._answers: set[Answer] = set()
        self.recent = RecentRequests()

    @property
    def active(self) -> int:
        """Answers being given now; a text stream that pauses is none, or 64 silent clients would mute the house."""
        return sum(answer.at_work for answer in self._answers)

    @asynccontextmanager
    async def answer(self, request: SpeechRequest) -> AsyncIterator[Answer]:
        """Begin to answer; leaving the context, for whatever reason, ends all work for it. Raises TtsError."""
        record = RequestRecord(
            self._clock, request.id, request.client, request.voice or "", started_at=self._clock.now()
        )
        self.recent.add(record)
        watch = self._watch()
        try:
            self._admit()
            async with self._answering(request, record, watch) as answer:
                yield answer
        except TtsError as error:
            record.ended(error.code)
            if isinstance(error, AllProvidersFailed) and self._letters is not None:
                await _read_on(request, record, watch)
                await self._letters.box.keep(record, error.failures, watch.text, watch.text_hash)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            record.ended("cancelled")
            raise
        except Exception:
            record.ended("internal")
            raise
        else:
            record.ended(_outcome(answer, record))
        finally:
            self._report(record)

    @asynccontextmanager
    async def _answering(
        self, request: SpeechRequest, record: RequestRecord, watch: TextWatch
    ) -> AsyncIterator[Answer]:
        async with self._router.routed(request) as (understood, route):
            self._admit()  # once more: others may have come while the text was awaited
            record.voice = route.voice
            watch.learns = not route.private
            answer = Answer(
                understood,
                Chain(route.links),
                self._manner(request.client),
                carry_on=self._carry_on,
                watch=watch,
                record=record,
                clock=self._clock,
            )
            task = asyncio.create_task(answer.run())
            self._answers.add(answer)
            try:
                yield answer
            finally:
                self._answers.discard(answer)
                try:
                    if answer.finished:
                        await asyncio.wait([task], timeout=LEAVING_S)
                finally:
                    task.cancel()
                    await asyncio.wait([task])

    def _watch(self) -> TextWatch:
        hash_ = None if self._letters is None else self._letters.begin_hash()
        keep = self._options.keep_failed_text and self._letters is not None
        return TextWatch(self._router.privacy, hash_, keep=keep, learn=self._learn)

    def _manner(self, client: str) -> Manner:
        if self._options.padding is None:
            return self._options.manner
        lead_in_s, tail_s = self._options.padding(client)
        return replace(self._options.manner, lead_in_s=lead_in_s, tail_s=tail_s)

    def _admit(self) -> None:
        if self.active >= self._options.max_answers:
            raise OverloadedError("Too many requests at once; try again in a moment.")

    @staticmethod
    def _report(record: RequestRecord) -> None:
        tell = log.error if record.outcome == AllProvidersFailed.code else log.info
        tell(
            "request",
            id=record.id,
            client=record.client,
            voice=record.voice,
            links=record.links,
            failures=record.failures,
            chars=record.chars,
            first_audio_s=None if record.ttfa_s is None else round(record.ttfa_s, 4),
            audio_s=round(record.audio_s, 3),
            duration_s=round(record.duration_s or 0.0, 3),
            outcome=record.outcome,
        )


async def _read_on(request: SpeechRequest, record: RequestRecord, watch: TextWatch) -> None:
    """Read what has come of the text of a request that failed, and nobody has read; what is yet to come is cut off."""
    with suppress(TtsError, TimeoutError):
        async with asyncio.timeout(UNREAD_PATIENCE_S):
            async for text in request.texts:
                record.chars += len(text)
                watch.read(text)


def _outcome(answer: Answer, record: RequestRecord) -> str:
    if not answer.finished:
        return "cancelled"
    return "complete" if record.audio_s else "nothing-to-say"
