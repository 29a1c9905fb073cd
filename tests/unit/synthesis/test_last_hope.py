"""Nobody is mute while some engine might speak, and where all fail the listener is told why in one sentence."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.fakes.house_parts import Parts, provider, request, shared
from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.word_adapter import WORD, Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import (
    AllProvidersFailed,
    BadAudio,
    BadCredentials,
    BudgetExhausted,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.store.budget import Budget
from wyoming_tts.store.database import Database
from wyoming_tts.store.ledger import SCHEMA, Ledger
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.health.breaker import BreakerState, CircuitBreaker
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.provider import Provider
from wyoming_tts.synthesis.routing.privacy import PrivacyRules
from wyoming_tts.synthesis.wrappers.stack import stacked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance

TEXT = "The first sentence has some words. Then comes another one."
WORDS = [word.casefold() for word in WORD.findall(TEXT)]


class Home:
    """Adapters called a, b, c ... in the order of their chain."""

    def __init__(self, *faults: Faults | None, private: PrivacyRules | None = None, clouds: int = 0) -> None:
        self.vocabulary = Vocabulary()
        self.asked: list[str] = []
        self.adapters = [
            Noting(name, self.vocabulary, quality=10 - place, faults=fault, is_free=place >= clouds)
            for place, (name, fault) in enumerate(zip("abcdefgh", faults, strict=False))
        ]
        for adapter in self.adapters:
            adapter.asked = self.asked
        self.adapters[-1].quality = 0
        self.take([provider(adapter, clock=LoopClock(), gap_s=1.5) for adapter in self.adapters], private)
        self._numbers = count()

    def take(self, providers: list[Provider], private: PrivacyRules | None = None) -> None:
        self.breakers = [each.breaker for each in providers]
        self.speaker = Parts(
            *providers, manner=Manner(hedge="off"), default_voice="a/v", privacy=private, clock=LoopClock()
        ).speaker

    def pause(self, *names: str) -> None:
        """Open the circuits of those named, all where nobody is."""
        for breaker in self.breakers:
            if breaker.provider in (names or "abcdefgh"):
                breaker.begin("x").failed(BadCredentials(provider=breaker.provider))
                assert breaker.state is BreakerState.OPEN

    async def say(self, text: str = TEXT) -> list[str]:
        async with self.speaker.answer(replace(request(text), id=f"r{next(self._numbers)}")) as answer:
            pcm = b"".join([chunk.pcm async for chunk in answer.chunks()])
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return self.vocabulary.heard(pcm)


class Noting(WordAdapter):
    """Writes down who was asked."""

    asked: list[str]

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        self.asked.append(self.name)
        async with super().synthesize(utterance) as stream:
            yield stream


def refusing(error: type[ProviderError] = UtteranceRejected, times: int = 1_000_000) -> Faults:
    return Faults(refuse=error, times=times)


def test_with_all_circuits_open_the_last_one_speaks() -> None:
    async def run() -> None:
        home = Home(None, None, None)
        home.pause()
        assert await home.say() == WORDS
        assert set(home.asked) == {"c"}
        assert [breaker.state for breaker in home.breakers] == [
            BreakerState.OPEN,
            BreakerState.OPEN,
            BreakerState.CLOSED,
        ]

    run_idle(run())


def test_where_it_cannot_those_that_were_passed_over_are_tried_in_their_order() -> None:
    async def run() -> None:
        home = Home(refusing(), None, refusing())
        home.pause()
        assert await home.say("One two.") == ["one", "two"]
        assert home.asked == ["c", "a", "b"]

    run_idle(run())


def test_what_stays_with_the_one_that_was_tried_once_more() -> None:
    async def run() -> None:
        home = Home(None, refusing(), refusing())
        home.pause("a")
        assert await home.say() == WORDS
        assert home.asked == ["b", "c", "a", "a"]
        assert home.breakers[0].state is BreakerState.CLOSED, "it has proved that it speaks"

    run_idle(run())


def test_each_is_tried_once_more_and_no_oftener() -> None:
    async def run() -> None:
        home = Home(refusing(), refusing(), refusing())
        home.pause()
        with pytest.raises(AllProvidersFailed) as failed:
            await home.say()
        assert home.asked == ["c", "a", "b"]
        assert [error.code for error in failed.value.failures] == ["circuit-open"] * 2 + ["utterance-rejected"] * 3

    run_idle(run())


def test_one_that_was_tried_and_failed_is_not_tried_again() -> None:
    async def run() -> None:
        home = Home(refusing(), None, refusing())
        home.pause("b")
        assert await home.say("One two.") == ["one", "two"]
        assert home.asked == ["a", "c", "b"]

    run_idle(run())


@pytest.mark.parametrize("error", [ProviderUnavailable, SpeechCutOff, BadAudio])
def test_the_last_one_has_its_second_chance_first(error: type[ProviderError]) -> None:
    async def run() -> None:
        home = Home(None, refusing(error))
        home.pause("a")
        assert await home.say("One two.") == ["one", "two"]
        tries = [name for name in home.asked if name == "b"]
        assert home.asked == [*tries, "a"]
        assert len(tries) >= 2

    run_idle(run())


def test_a_cut_of_the_last_one_is_carried_on_by_one_that_was_passed_over() -> None:
    async def run() -> None:
        home = Home(None, Faults(cut_after_words=2, cut_with=BadCredentials))
        home.pause("a")
        assert await home.say("One two three four.") == ["one", "two", "two", "three", "four"]
        assert home.asked == ["b", "a"]

    run_idle(run())


def test_of_those_that_were_passed_over_only_the_ones_here_are_tried_for_a_secret() -> None:
    async def run() -> None:
        home = Home(None, None, None, refusing(), private=PrivacyRules(["words"]), clouds=2)
        home.pause()
        assert await home.say() == WORDS
        assert set(home.asked) == {"c", "d"}
        assert home.asked[0] == "d"

    run_idle(run())


def test_one_elsewhere_that_was_passed_over_does_not_come_back_for_a_secret() -> None:
    async def run() -> None:
        home = Home(None, None, private=PrivacyRules(["secret"]), clouds=1)
        home.pause("a")

        async def writing() -> AsyncIterator[str]:
            yield "The first sentence. Then comes"
            await asyncio.sleep(1.0)
            home.adapters[1].faults = refusing()
            yield " a secret."

        with pytest.raises(AllProvidersFailed):
            async with home.speaker.answer(replace(request(writing()), streamed=True)) as answer:
                async for _ in answer.chunks():
                    pass
        assert home.asked == ["b", "b"]

    run_idle(run())


def test_a_budget_that_is_used_up_is_not_insisted_on() -> None:
    async def run() -> None:
        database = Database(None, [SCHEMA])
        await database.open()
        ledger = Ledger(database, now=lambda: datetime(2025, 6, 29, 12))
        home = Home(None, refusing())
        common = replace(shared(clock=LoopClock()), ledger=ledger)
        providers = []
        for adapter, budget in zip(home.adapters, (Budget(characters_per_day=3), Budget()), strict=True):
            breaker = CircuitBreaker(adapter.name, LoopClock())
            admission = Admission(adapter, breaker)
            stack = stacked(adapter, breaker, admission, budget, common)
            providers.append(Provider(adapter, stack, breaker, admission))
        home.take(providers)
        with pytest.raises(AllProvidersFailed) as failed:
            await home.say()
        assert home.asked == ["b"], "not one character more than the owner allows"
        assert isinstance(failed.value.failures[0], BudgetExhausted)
        assert len(failed.value.failures) == 2
        home.asked.clear()
        home.pause("a")
        with pytest.raises(AllProvidersFailed) as failed:
            await home.say()
        assert home.asked == ["b"], "nor where its circuit is open as well"
        assert [error.code for error in failed.value.failures] == [
            "circuit-open",
            "utterance-rejected",
            "budget-exhausted",
        ]
        await ledger.aclose()
        await database.aclose()

    run_idle(run())


def test_the_sentence_names_each_provider_once_with_what_was_last() -> None:
    async def run() -> None:
        home = Home(refusing(QuotaExhausted), refusing(), refusing(ProviderUnavailable))
        home.pause("a", "b")
        with pytest.raises(AllProvidersFailed) as failed:
            await home.say()
        sentence = str(failed.value)
        assert sentence == (
            "Nobody could speak: a has no credit left; b did not accept the utterance; c is not available."
        )
        assert len(failed.value.failures) > 3

    run_idle(run())


@pytest.mark.parametrize("length", [1, 20, 64, 300])
@pytest.mark.parametrize("providers", [1, 2, 5, 30])
def test_the_sentence_is_never_longer_than_a_client_shows(providers: int, length: int) -> None:
    errors = [UtteranceRejected("x" * 500, provider=f"{number}".rjust(length, "p")) for number in range(providers)]
    sentence = str(AllProvidersFailed([*errors, *errors]))
    assert len(sentence) <= 300
    assert sentence.count("did not accept") <= providers
    assert "x" not in sentence
    hidden = providers - sentence.count("did not accept")
    assert not hidden or f"and {hidden} more failed" in sentence
