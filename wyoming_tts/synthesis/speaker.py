"""The one door for requests: routes, answers, and remembers how it went."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import OverloadedError, TtsError
from wyoming_tts.synthesis.answer import Answer, Manner
from wyoming_tts.synthesis.chain import Chain
from wyoming_tts.synthesis.record import RecentRequests, RequestRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.synthesis.router import Router
    from wyoming_tts.telemetry.clock import Clock

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SpeakerOptions:
    """The owner's settings that matter to the speaker."""

    manner: Manner = field(default_factory=Manner)
    padding: Callable[[str], tuple[float, float]] | None = None
    """From a client's address to its lead-in and tail in seconds."""
    max_answers: int = 64
    """Answers at the same time; beyond that a newcomer is told to come back."""


class Speaker:
    """Answers requests, each in its own task tree that ends with its context."""

    def __init__(self, router: Router, options: SpeakerOptions, *, clock: Clock) -> None:
        self._router = router
        self._options = options
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
        try:
            self._admit()
            async with self._answering(request, record) as answer:
                yield answer
        except TtsError as error:
            record.ended(error.code)
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
    async def _answering(self, request: SpeechRequest, record: RequestRecord) -> AsyncIterator[Answer]:
        route = self._router.route(request)
        record.voice = route.voice
        manner = self._options.manner
        if self._options.padding is not None:
            lead_in_s, tail_s = self._options.padding(request.client)
            manner = replace(manner, lead_in_s=lead_in_s, tail_s=tail_s)
        answer = Answer(request, Chain(route.links), manner, record=record, clock=self._clock)
        task = asyncio.create_task(answer.run())
        self._answers.add(answer)
        try:
            yield answer
        finally:
            self._answers.discard(answer)
            task.cancel()
            await asyncio.wait([task])

    def _admit(self) -> None:
        if self.active >= self._options.max_answers:
            raise OverloadedError("Too many requests at once; try again in a moment.")

    @staticmethod
    def _report(record: RequestRecord) -> None:
        log.info(
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


def _outcome(answer: Answer, record: RequestRecord) -> str:
    if not answer.finished:
        return "cancelled"
    return "complete" if record.audio_s else "nothing-to-say"
