"""The order of the wrappers, by what it is good for."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.fakes.house_parts import Parts, request, shared
from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.word_adapter import LOUDNESS, Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import (
    BadAudio,
    BadCredentials,
    BudgetExhausted,
    CircuitOpen,
    NoAudio,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
)
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.budget import UNLIMITED, Budget
from wyoming_tts.store.database import Database
from wyoming_tts.store.ledger import SCHEMA, Ledger
from wyoming_tts.store.levels import Levels
from wyoming_tts.store.period import Span
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.health.breaker import BreakerState, CircuitBreaker
from wyoming_tts.synthesis.health.trial import Trial
from wyoming_tts.synthesis.loudness.level_book import MAX_CUT_DB, LevelBook
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.provider import Provider, Synthesizes
from wyoming_tts.synthesis.wrappers.stack import Shared, stacked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.errors import ProviderError
    from wyoming_tts.synthesis.health.trial import Outcome

UTTERANCE = Utterance("One two three.", voice="v", patience_s=1.0)
CHARS = len(UTTERANCE.text)


class NotedBreaker(CircuitBreaker):
    """Notes how each trial went."""

    def __init__(self, provider: str) -> None:
        super().__init__(provider, LoopClock())
        self.outcomes: list[str] = []

    def begin(self, answer_id: str, *, insist: bool = False) -> Trial:
        return Trial(partial(self._note, super().begin(answer_id, insist=insist)))

    def _note(self, trial: Trial, outcome: Outcome) -> None:
        if outcome == "succeeded":
            self.outcomes.append(outcome)
            trial.succeeded()
        elif outcome == "abandoned":
            self.outcomes.append(outcome)
            trial.abandoned()
        else:
            self.outcomes.append(outcome.code)
            trial.failed(outcome)


class Squares(Vocabulary):
    """Every word is a square wave of this size."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def pcm(self, word: str) -> bytes:
        return b"".join(
            (self._size if at // 8 % 2 else -self._size).to_bytes(2, "little", signed=True)
            for at in range(len(super().pcm(word)) // 2)
        )


@dataclass
class Stack:
    """One adapter in its wrappers, and what they write down."""

    adapter: WordAdapter
    ledger: Ledger
    common: Shared
    budget: Budget = UNLIMITED
    breaker: NotedBreaker = field(init=False)
    admission: Admission = field(init=False)
    whole: Synthesizes = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = NotedBreaker(self.adapter.name)
        self.admission = Admission(self.adapter, self.breaker)
        self.whole = stacked(self.adapter, self.breaker, self.admission, self.budget, self.common)

    @property
    def spent(self) -> int:
        return self.ledger.spent(self.adapter.name)[Span.DAY].chars

    @property
    def provider(self) -> Provider:
        return Provider(self.adapter, self.whole, self.breaker, self.admission)

    async def say(self, utterance: Utterance = UTTERANCE) -> bytes:
        async with self.whole.synthesize(utterance) as stream:
            return b"".join([chunk.pcm async for chunk in stream.chunks])

    async def fail(self, error: type[ProviderError]) -> None:
        with pytest.raises(error) as caught:
            await self.say()
        assert caught.type is error


@asynccontextmanager
async def stack(
    faults: Faults | None = None,
    *,
    budget: Budget = UNLIMITED,
    delay_s: float = 0.0,
    lufs: float | None = None,
    vocabulary: Vocabulary | None = None,
) -> AsyncIterator[Stack]:
    """A stack whose voice has a known level where there is one, with a store in memory."""
    database = Database(None, [SCHEMA])
    await database.open()
    ledger = Ledger(database, now=lambda: datetime(2025, 6, 29, 12))
    levels = LevelBook(Levels(database), target_lufs=-20.0, enabled=lufs is not None)
    if lufs is not None:
        levels.learn(VoiceName("one", "v"), "", lufs)
    adapter = WordAdapter("one", vocabulary or Vocabulary(), faults=faults, delay_s=delay_s)
    yield Stack(adapter, ledger, replace(shared(clock=LoopClock()), ledger=ledger, levels=levels), budget)
    assert adapter.entered == adapter.left
    await ledger.aclose()
    await database.aclose()


def accepted_in_vain(times: int) -> Faults:
    """Accepts the utterance, and has gone when its first audio is asked for."""
    return Faults(cut_after_words=0, cut_with=ProviderUnavailable, times=times)


def test_each_try_is_paid() -> None:
    async def run() -> None:
        async with stack(accepted_in_vain(1)) as one:
            assert await one.say()
            assert one.adapter.entered == 2
            assert one.spent == 2 * CHARS

    run_idle(run())


def test_what_is_tried_again_is_no_longer_tried_when_the_budget_is_used_up() -> None:
    async def run() -> None:
        async with stack(accepted_in_vain(1), budget=Budget(characters_per_day=2 * CHARS - 1)) as one:
            await one.fail(BudgetExhausted)
            assert one.adapter.entered == 1

    run_idle(run())


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(odd=True), BadAudio),
        (Faults(cut_after_words=0, cut_with=None), NoAudio),
        (Faults(stall_after_words=1), ProviderTimeout),
        (Faults(cut_after_words=1), SpeechCutOff),
    ],
)
def test_what_every_wrapper_finds_wrong_counts_once_in_the_breaker(faults: Faults, error: type[ProviderError]) -> None:
    async def run() -> None:
        async with stack(faults) as one:
            for _ in range(2):
                assert one.breaker.state is BreakerState.CLOSED
                await one.fail(error)
            assert one.breaker.outcomes == [error.code] * 2
            assert one.breaker.state is BreakerState.OPEN

    run_idle(run())


def test_tries_that_were_mended_are_no_failures() -> None:
    async def run() -> None:
        async with stack(Faults(refuse=ProviderUnavailable, times=1)) as one:
            assert await one.say()
            assert one.breaker.outcomes == ["succeeded"]

    run_idle(run())


def test_a_short_end_is_a_cut_that_the_breaker_sees() -> None:
    class AlwaysShort:
        async def is_cut_off(self, utterance: Utterance, **_: object) -> bool:
            return bool(utterance)

    async def run() -> None:
        async with stack() as one:
            short = Stack(one.adapter, one.ledger, replace(one.common, completeness=AlwaysShort()))
            await short.fail(SpeechCutOff)
            assert short.breaker.outcomes == ["speech-cut-off"]

    run_idle(run())


def test_an_open_circuit_costs_nothing_and_touches_nobody() -> None:
    async def run() -> None:
        async with stack(Faults(refuse=BadCredentials), budget=Budget(characters_per_day=1000)) as one:
            await one.fail(BadCredentials)
            assert (one.adapter.entered, one.spent) == (1, 0)
            for _ in range(3):
                await one.fail(CircuitOpen)
            assert (one.adapter.entered, one.spent) == (1, 0)
            assert one.breaker.outcomes == ["bad-credentials"]

    run_idle(run())


def test_an_open_circuit_is_said_at_once_also_where_the_budget_is_used_up() -> None:
    async def run() -> None:
        async with stack(Faults(refuse=BadCredentials, times=1), budget=Budget(characters_per_day=CHARS)) as one:
            await one.fail(BadCredentials)
            one.breaker.reset()
            await one.say()
            await one.fail(BudgetExhausted)
            one.breaker.begin("x").failed(BadCredentials(provider="one"))
            await one.fail(CircuitOpen)

    run_idle(run())


def test_time_is_counted_over_all_tries() -> None:
    async def run() -> None:
        async with stack(accepted_in_vain(99), delay_s=0.7) as one:
            began = asyncio.get_running_loop().time()
            await one.fail(ProviderTimeout)
            assert one.adapter.entered == 2
            assert one.breaker.outcomes == ["provider-timeout"], "and that counts"
            assert asyncio.get_running_loop().time() - began == pytest.approx(UTTERANCE.patience_s, abs=0.01)

    run_idle(run())


def test_silence_is_no_first_audio() -> None:
    async def run() -> None:
        async with stack(Faults(stall_after_words=1), vocabulary=Squares(0)) as one:
            began = asyncio.get_running_loop().time()
            await one.fail(ProviderTimeout)
            assert asyncio.get_running_loop().time() - began == pytest.approx(UTTERANCE.patience_s, abs=0.01)

    run_idle(run())


def test_what_is_judged_is_the_provider_s_own_audio() -> None:
    async def run() -> None:
        async with stack() as plain, stack(lufs=-20.0 + MAX_CUT_DB, vocabulary=Squares(150)) as cut:
            quiet = await cut.say()
            assert len(quiet) == len(await plain.say())
            samples = memoryview(quiet).cast("h")
            assert 0 < max(samples) - min(samples) <= 4, "the gain was applied, and silence is what came of it"
            assert cut.breaker.outcomes == ["succeeded"]
        async with stack(lufs=-60.0) as boosted:
            loud = memoryview(await boosted.say()).cast("h")
            assert max(loud) > 2 * LOUDNESS

    run_idle(run())


def test_a_budget_that_is_used_up_never_trips_the_breaker() -> None:
    async def run() -> None:
        async with stack(budget=Budget(characters_per_day=CHARS)) as one:
            await one.say()
            for _ in range(12):
                await one.fail(BudgetExhausted)
            assert one.breaker.state is BreakerState.CLOSED
            assert one.breaker.allows()
            assert not one.breaker.history
            assert one.adapter.entered == 1

    run_idle(run())


def test_an_answer_that_is_carried_on_is_one_failure_and_one_success() -> None:
    async def run() -> None:
        async with stack(Faults(cut_after_words=2)) as one:
            two = Stack(WordAdapter("two", one.adapter.vocabulary), one.ledger, one.common)
            manner = Manner(hedge="off")
            speaker = Parts(one.provider, two.provider, manner=manner, clock=LoopClock()).speaker
            async with speaker.answer(request("One two three four five.")) as answer:
                pcm = b"".join([chunk.pcm async for chunk in answer.chunks()])
            assert one.adapter.vocabulary.heard(pcm) == ["one", "two", "two", "three", "four", "five"]
            assert one.breaker.outcomes == ["speech-cut-off"]
            assert two.breaker.outcomes == ["succeeded"]
            assert two.adapter.entered == two.adapter.left == 1

    run_idle(run())


@pytest.mark.parametrize("faults", [None, Faults(stall_after_words=0), Faults(stall_after_words=2)])
def test_a_client_that_leaves_is_nobody_s_success_or_failure(faults: Faults | None) -> None:
    async def run() -> None:
        async with stack(faults, delay_s=0.1) as one:
            for after_s in (0.0, 0.05, 0.101):
                listening = asyncio.ensure_future(_left(one, after_s))
                await asyncio.wait([listening])
                assert listening.exception() is None
            said_all = set() if faults else {"succeeded"}  # all of it was there before the client left
            assert set(one.breaker.outcomes) <= {"abandoned"} | said_all
            assert len(one.breaker.outcomes) >= 2
            assert one.breaker.state is BreakerState.CLOSED

    run_idle(run())


async def _left(one: Stack, after_s: float) -> None:
    try:
        async with asyncio.timeout(after_s), one.whole.synthesize(UTTERANCE) as stream:
            await anext(stream.chunks)
            await asyncio.Event().wait()
    except TimeoutError:
        pass


def test_a_reader_who_has_heard_enough_says_nothing_of_the_rest() -> None:
    async def run() -> None:
        async with stack() as one:
            async with one.whole.synthesize(UTTERANCE) as stream:
                await anext(stream.chunks)
            assert one.breaker.outcomes == ["abandoned"]

    run_idle(run())


def test_a_failure_after_audio_leaves_with_the_attempt_and_stays_paid() -> None:
    async def run() -> None:
        async with stack(Faults(cut_after_words=2)) as one:
            heard = b""
            with pytest.raises(SpeechCutOff):
                async with one.whole.synthesize(UTTERANCE) as stream:
                    async for chunk in stream.chunks:
                        heard += chunk.pcm
            assert one.adapter.vocabulary.heard(heard) == ["one", "two"]
            assert one.breaker.outcomes == ["speech-cut-off"]
            assert (one.spent, one.adapter.left) == (CHARS, 1)

    run_idle(run())


def test_a_bug_in_the_adapter_counts_and_comes_through_as_it_is() -> None:
    async def run() -> None:
        async with stack(Faults(bug=True)) as one:
            with pytest.raises(ZeroDivisionError):
                await one.say()
            assert one.breaker.outcomes == ["provider-error"]
            assert one.spent == 0

    run_idle(run())
