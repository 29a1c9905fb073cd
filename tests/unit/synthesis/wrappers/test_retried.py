"""Asking the same provider again: before its first audio, within the listener's patience, and never for long."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.hasty_clock import HastyClock
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import BadCredentials, ProviderError, ProviderUnavailable, RateLimited, SpeechCutOff
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.wrappers.retried import Retried

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioStream

UTTERANCE = Utterance("one two three", voice="v", patience_s=4.0)


class Watched:
    """Notes with what each context was left."""

    def __init__(self, inner: WordAdapter) -> None:
        self.inner = inner
        self.left_with: list[type[BaseException] | None] = []

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        try:
            async with self.inner.synthesize(utterance) as stream:
                yield stream
        except (Exception, asyncio.CancelledError) as error:
            self.left_with.append(type(error))
            raise
        self.left_with.append(None)


class Case:
    def __init__(self, faults: Faults | None = None, *, chance: float = 1.0) -> None:
        self.adapter = WordAdapter("a", Vocabulary(), faults=faults)
        self.inner = Watched(self.adapter)
        self.left_before_waiting: list[int] = []
        self.clock = HastyClock(lambda _: self.left_before_waiting.append(self.adapter.left))
        self.retried = Retried(self.inner, provider="a", clock=self.clock, random=lambda: chance)

    async def speak(self, utterance: Utterance = UTTERANCE) -> list[str]:
        async with self.retried.synthesize(utterance) as stream:
            return self.adapter.vocabulary.heard(b"".join([chunk.pcm async for chunk in stream.chunks]))


async def enter(retried: Retried, utterance: Utterance) -> None:
    async with retried.synthesize(utterance):
        pytest.fail("entered")


async def test_what_works_is_tried_once() -> None:
    case = Case()
    assert await case.speak() == ["one", "two", "three"]
    assert (case.adapter.entered, case.clock.slept) == (1, [])


@pytest.mark.parametrize(
    "faults",
    [
        Faults(refuse=ProviderUnavailable, times=2),
        Faults(cut_after_words=0, cut_with=ProviderUnavailable, times=2),
    ],
)
async def test_a_moment_s_failure_before_the_first_audio_is_not_noticed(faults: Faults) -> None:
    case = Case(faults)
    assert await case.speak() == ["one", "two", "three"]
    assert case.clock.slept == [0.1, 0.2]
    assert case.left_before_waiting == [1, 2], "each is left before the wait"
    assert case.inner.left_with == [ProviderUnavailable, ProviderUnavailable, None]


@pytest.mark.parametrize(("chance", "waits_s"), [(0.0, [0.05, 0.1]), (0.5, [0.075, 0.15])])
async def test_chance_takes_up_to_half_of_a_wait(chance: float, waits_s: list[float]) -> None:
    case = Case(Faults(refuse=ProviderUnavailable, times=2), chance=chance)
    await case.speak()
    assert case.clock.slept == pytest.approx(waits_s)


async def test_after_the_first_audio_nothing_is_tried_again() -> None:
    case = Case(Faults(cut_after_words=1, cut_with=ProviderUnavailable))
    with pytest.raises(ProviderUnavailable):
        await case.speak()
    assert (case.adapter.entered, case.clock.slept) == (1, [])
    assert case.inner.left_with == [ProviderUnavailable]


@pytest.mark.parametrize("kind", [BadCredentials, SpeechCutOff])
async def test_what_will_not_be_better_soon_is_not_tried_again(kind: type[ProviderError]) -> None:
    case = Case(Faults(refuse=kind))
    with pytest.raises(kind):
        await case.speak()
    assert case.adapter.entered == 1


async def test_a_bug_is_not_tried_again() -> None:
    case = Case(Faults(bug=True))
    with pytest.raises(ZeroDivisionError):
        await case.speak()
    assert case.adapter.entered == 1


@pytest.mark.parametrize(
    ("patience_s", "waits_s"),
    [(None, [0.1, 0.2, 0.4]), (4.0, [0.1, 0.2, 0.4]), (2.0, [0.1, 0.2]), (0.4, [0.1]), (0.3, []), (0.0, [])],
)
async def test_all_waits_together_take_a_quarter_of_the_patience(
    patience_s: float | None, waits_s: list[float]
) -> None:
    case = Case(Faults(refuse=ProviderUnavailable))
    with pytest.raises(ProviderUnavailable):
        await case.speak(replace(UTTERANCE, patience_s=patience_s))
    assert case.clock.slept == waits_s
    assert case.adapter.entered == len(waits_s) + 1


@pytest.mark.parametrize(("asked_s", "slept"), [(0.9, [0.9]), (0.0, [0.1]), (1.1, None)])
async def test_a_provider_that_says_how_long_is_given_it_or_left_alone(
    asked_s: float, slept: list[float] | None
) -> None:
    class Asking(RateLimited):
        def __init__(self, *, provider: str) -> None:
            super().__init__(provider=provider, retry_after_s=asked_s)

    case = Case(Faults(refuse=Asking, times=1))
    if slept is None:
        with pytest.raises(RateLimited):
            await case.speak()
    else:
        assert await case.speak() == ["one", "two", "three"]
    assert case.clock.slept == (slept or [])


@pytest.mark.parametrize(("failed_at_s", "tries"), [(4.5, 2), (4.95, 1)])
async def test_a_failure_that_took_all_the_patience_is_not_tried_again(failed_at_s: float, tries: int) -> None:
    clock = FakeClock()
    gate = asyncio.Event()
    adapter = WordAdapter("a", Vocabulary(), faults=Faults(refuse=ProviderUnavailable), gate=gate)
    retried = Retried(adapter, provider="a", clock=clock, random=lambda: 1.0)
    entering = asyncio.create_task(enter(retried, replace(UTTERANCE, due_s=1.0)))
    await clock.advance(failed_at_s)
    gate.set()
    await clock.advance(0.15)
    assert adapter.entered == tries
    await clock.advance(1.0)
    with pytest.raises(ProviderUnavailable):
        await entering


async def test_a_cancel_ends_the_waiting() -> None:
    clock = FakeClock()
    adapter = WordAdapter("a", Vocabulary(), faults=Faults(refuse=ProviderUnavailable))
    entering = asyncio.create_task(enter(Retried(adapter, provider="a", clock=clock, random=lambda: 1.0), UTTERANCE))
    await clock.advance(0.05)
    entering.cancel()
    await asyncio.wait([entering])
    assert entering.cancelled()
    assert (adapter.entered, adapter.left) == (1, 1)


async def test_an_empty_stream_is_handed_on_empty() -> None:
    case = Case(Faults(cut_after_words=0, cut_with=None))
    assert await case.speak() == []
    assert case.adapter.entered == 1


async def test_a_reader_s_own_trouble_goes_through_and_starts_nothing() -> None:
    case = Case()
    with pytest.raises(ProviderUnavailable):
        async with case.retried.synthesize(UTTERANCE):
            raise ProviderUnavailable(provider="another")
    assert (case.adapter.entered, case.adapter.left) == (1, 1)
    assert case.inner.left_with == [ProviderUnavailable]


async def test_chance_comes_from_the_machine_where_nobody_hands_it_in() -> None:
    clock = HastyClock()
    adapter = WordAdapter("a", Vocabulary(), faults=Faults(refuse=ProviderUnavailable, times=1))
    async with Retried(adapter, provider="a", clock=clock).synthesize(UTTERANCE):
        assert 0.05 <= clock.slept[0] <= 0.1
