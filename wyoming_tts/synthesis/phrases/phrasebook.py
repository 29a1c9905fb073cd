"""Making phrases ahead beside the answers, while the house is quiet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import (
    BadCredentials,
    CircuitOpen,
    OverloadedError,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    TtsError,
)
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.phrases.phrase_planner import Plan
from wyoming_tts.synthesis.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from wyoming_tts.synthesis.phrases.often_heard import OftenHeard
    from wyoming_tts.synthesis.phrases.phrase_planner import PhrasePlanner, Piece
    from wyoming_tts.telemetry.clock import Clock

BETWEEN_S = 5.0
"""Rest between two sentences: they are in no hurry, and the machine may be a small one."""

LOOK_EVERY_S = 0.2
"""How soon a voice of this house stops making phrases for somebody who is to be answered."""

MAKE_TIMEOUT_S = 600.0
"""For one sentence: a large model on a small machine takes minutes, and it is the one worth waiting for ahead."""

NOT_URGENT_S = 3600.0
"""When a sentence is due: after anything that somebody waits for."""

PLAN_EVERY_S = 3600.0
"""For what changes without a notice: a language that could not be guessed, a sentence that was paid for meanwhile."""

SAVE_EVERY_S = 60.0
"""What was heard since is lost with a sudden end; it spares the card of a small machine."""

FIRST_RETRY_S, LONGEST_RETRY_S = 60.0, 6 * 3600.0
"""Until a sentence that could not be made, or was not kept, is made again; doubling."""

NOT_PAID_AGAIN_S = 24 * 3600.0
"""The same where the last time may be on a bill, whether it was of use or not."""

NOT_BILLED = (BadCredentials, CircuitOpen, OverloadedError, ProviderUnavailable, QuotaExhausted, RateLimited)

MAX_RESTS = 5000
"""Sentences remembered that must wait: as many as the settings can ask for, or nearly."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Rest:
    """When a sentence may be tried again."""

    until: float
    wait_s: float
    was_made: bool


class Phrasebook:
    """Keeps phrases ready and pinned, one sentence at a time; `run` goes on for ever where there is anything to do."""

    def __init__(
        self,
        planner: PhrasePlanner,
        often: OftenHeard,
        clock: Clock,
        *,
        voices: Callable[[], object],
        is_quiet: Callable[[], bool],
        between_s: float = BETWEEN_S,
        timeout_s: float = MAKE_TIMEOUT_S,
    ) -> None:
        """Take the parts; `voices` returns the same object until a provider's list of them changes."""
        self._planner = planner
        self._often = often
        self._memory = planner.memory
        self._clock = clock
        self._voices = voices
        self._is_quiet = is_quiet
        self._between_s = between_s
        self._timeout_s = timeout_s
        self._plan = Plan()
        self._basis: tuple[object, frozenset[str]] | None = None
        """What the plan was made from."""
        self._plan_at = self._save_at = 0.0
        self._rests: Recent[bytes, _Rest] = Recent(MAX_RESTS)
        self._told: dict[str, object] = {}
        """What the owner was told last, by what it is about."""

    @property
    def standing(self) -> tuple[int, int]:
        """Sentences that are ready, and those that are to be."""
        ready = sum(self._memory.has(piece.key) for piece in self._plan.pieces)
        return ready, len(self._plan.pieces)

    def heard(self, text: str) -> None:
        """Learn from one sentence as it is spoken, where the owner wants that. Never hand in private text."""
        self._often.heard(text)

    async def run(self) -> None:
        """Make phrases for as long as the house lives; a bug in one step does not end the others."""
        await self._guarded(self._often.load)
        while self._planner.wanted or self._often.enabled:
            await self._guarded(self._look)  # at the start, too: pins must be there before anything is dropped
            await self._clock.sleep(self._between_s)
            await self._guarded(self._make_next)
            await self._guarded(self._save)
        self._memory.pin(())

    async def _guarded(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - nobody else makes the phrases for as long as the house lives
            if self._is_news(step.__name__, type(error)):
                log.error("phrases are in trouble", step=step.__name__, error=type(error).__name__)

    async def _look(self) -> None:
        """Plan anew where anything has changed that matters."""
        learned = self._often.sentences()
        basis = (self._voices(), frozenset(learned))
        is_same = self._basis is not None and basis[0] is self._basis[0] and basis[1] == self._basis[1]
        if is_same and self._clock.now() < self._plan_at:
            return
        self._plan = await self._planner.plan(learned)
        self._basis, self._plan_at = basis, self._clock.now() + PLAN_EVERY_S
        self._memory.pin([piece.key for piece in self._plan.pieces])
        if self._is_news("private", self._plan.private) and self._plan.private:
            log.warning("phrases that privacy keeps on this machine are not made ahead", phrases=self._plan.private)

    async def _save(self) -> None:
        if self._clock.now() >= self._save_at:
            self._save_at = self._clock.now() + SAVE_EVERY_S
            await self._often.save()

    async def _make_next(self) -> None:
        """Have one sentence said that is not there, where there is one and nobody is listening."""
        self._tell_standing()
        piece = next(self._candidates(), None) if self._is_quiet() else None
        if piece is None:
            return
        try:
            was_made = await self._made(piece)
        except TtsError as error:
            self._failed(piece, error, error.code)
        except Exception as error:  # noqa: BLE001 - a bug in one adapter must not keep the other phrases waiting
            self._failed(piece, error, type(error).__name__)
        else:
            if was_made:
                self._told.pop(piece.link.name, None)
                self._rest(piece, may_be_billed=True, was_made=True)

    def _candidates(self) -> Iterator[Piece]:
        """Yield what can be made now, in order."""
        now = self._clock.now()
        for piece in self._plan.pieces:
            if self._memory.has(piece.key) or not piece.link.provider.breaker.allows():
                continue
            rest = self._rests.get(piece.key)
            if rest is not None and rest.until > now:
                continue
            if rest is not None and rest.was_made and self._is_news("lost", True):
                log.warning("phrases that were made are gone again, the cache may be too small")
            yield piece

    async def _made(self, piece: Piece) -> bool:
        """Have it said to its end, which keeps it; return False where it was stopped for somebody's sake.

        A voice that costs nothing is stopped, so that nobody waits for it. What is on a bill anyway is heard out.
        """
        making = asyncio.create_task(self._heard_out(piece), name="a phrase")
        needed = asyncio.create_task(self._needed(piece), name="a phrase's end")
        try:
            await asyncio.wait([making, needed], return_when=asyncio.FIRST_COMPLETED)
            if making.cancelled():  # the adapter's own doing, by mistake
                raise ProviderUnavailable("cancelled", provider=piece.link.provider.name)
            if making.done():
                making.result()
            return making.done()
        finally:
            for task in (making, needed):
                task.cancel()
            await asyncio.gather(making, needed, return_exceptions=True)

    async def _heard_out(self, piece: Piece) -> None:
        link = piece.link
        utterance = Utterance(
            piece.text, link.voice, link.speaker, link.prosody, language=link.language, due_s=NOT_URGENT_S
        )
        try:
            async with asyncio.timeout(self._timeout_s), link.synthesize(utterance) as stream:
                async for _ in stream.chunks:
                    pass
        except TimeoutError as error:
            raise ProviderTimeout("for a phrase made ahead", provider=link.provider.name) from error

    async def _needed(self, piece: Piece) -> None:
        """Wait until the machine, or the server that speaks for nothing, is needed for something better."""
        while self._is_quiet() or not piece.link.provider.adapter.capabilities.free:
            await self._clock.sleep(LOOK_EVERY_S)

    def _failed(self, piece: Piece, error: Exception, code: str) -> None:
        wait_s = error.retry_after_s if isinstance(error, ProviderError) else None
        self._rest(piece, may_be_billed=not isinstance(error, NOT_BILLED), at_least_s=wait_s or 0.0)
        if self._is_news(piece.link.name, code):
            log.warning("a phrase could not be made, it is tried again later", voice=piece.link.name, code=code)

    def _rest(self, piece: Piece, *, may_be_billed: bool, was_made: bool = False, at_least_s: float = 0.0) -> None:
        before = self._rests.get(piece.key)
        wait_s = FIRST_RETRY_S if before is None else min(2 * before.wait_s, LONGEST_RETRY_S)
        if may_be_billed and not piece.link.provider.adapter.capabilities.free:
            wait_s = NOT_PAID_AGAIN_S
        until = self._clock.now() + max(wait_s, at_least_s)
        self._rests.put(piece.key, _Rest(until, min(wait_s, LONGEST_RETRY_S), was_made))

    def _tell_standing(self) -> None:
        ready, wanted = self.standing
        if wanted and self._is_news("standing", ready == wanted):
            if ready == wanted:
                log.info("phrases are ready", sentences=wanted)
            else:
                log.info("phrases are made while nobody speaks", sentences=wanted - ready)

    def _is_news(self, about: str, what: object) -> bool:
        """Whether the owner was not told the same the last time."""
        is_news = self._told.get(about) != what
        self._told[about] = what
        return is_news
