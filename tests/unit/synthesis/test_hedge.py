"""A link that is late is raced by the next one, on a loop whose waits are over at once and whose time is exact."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from typing import TYPE_CHECKING, Literal

import pytest

from tests.fakes.house_parts import Parts, provider, request
from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.word_adapter import WORD, Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import BadCredentials, ProviderUnavailable, QuotaExhausted, RateLimited
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.health.breaker import BreakerState
from wyoming_tts.synthesis.manner import Manner

if TYPE_CHECKING:
    from collections.abc import Callable


TEXT = "The first sentence has some words. Then comes another one, a little longer. At last the third ends it."
WORDS = [word.casefold() for word in WORD.findall(TEXT)]
LOCAL_S = 0.05
"""From asking the second link to its first word."""


@dataclass
class Race:
    """A first link that is broken somehow, a second one that is well, and what a listener has of them."""

    first: WordAdapter
    second: WordAdapter
    vocabulary: Vocabulary
    hedge: Literal["free", "any", "off"] = "free"
    numbers: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        providers = [provider(adapter, clock=LoopClock(), gap_s=1.5) for adapter in (self.first, self.second)]
        self.breakers = [one.breaker for one in providers]
        self.admissions = [one.admission for one in providers]
        self.speaker = Parts(*providers, manner=Manner(hedge=self.hedge), clock=LoopClock()).speaker

    async def say(self, text: str = TEXT) -> tuple[float, list[str]]:
        """Do so, with nobody beside; nothing is left over."""
        heard = await self.said(text)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert all(adapter.entered == adapter.left for adapter in (self.first, self.second))
        return heard

    async def said(self, text: str) -> tuple[float, list[str]]:
        """Return when the first audio came, and the words."""
        began = asyncio.get_running_loop().time()
        first_audio_s, pcm = -1.0, b""
        async with self.speaker.answer(replace(request(text), id=f"r{next(self.numbers)}")) as answer:
            async for chunk in answer.chunks():
                if first_audio_s < 0:
                    first_audio_s = asyncio.get_running_loop().time() - began
                pcm += chunk.pcm
        return first_audio_s, self.vocabulary.heard(pcm)


def race(
    *,
    delay_s: float = 0.0,
    faults: Faults | None = None,
    free: bool = True,
    hedge: Literal["free", "any", "off"] = "free",
    second_faults: Faults | None = None,
) -> Race:
    vocabulary = Vocabulary()
    first = WordAdapter("cloud", vocabulary, delay_s=delay_s, faults=faults)
    second = WordAdapter("local", vocabulary, delay_s=LOCAL_S, is_free=free, faults=second_faults, quality=0)
    return Race(first, second, vocabulary, hedge)


def test_a_link_that_takes_three_seconds_is_beaten_after_the_threshold() -> None:
    async def run() -> None:
        one = race(delay_s=3.0)
        first_audio_s, heard = await one.say()
        assert first_audio_s == pytest.approx(0.7 + LOCAL_S, abs=0.01)
        assert heard == WORDS
        assert len(one.first.utterances) == 1, "the rest of the answer stays with the one that was heard"

    run_idle(run())


def test_ten_who_wait_for_one_synthesis_in_vain_find_it_late_once() -> None:
    async def run() -> None:
        one = race(delay_s=3.0)
        heard = await asyncio.gather(*(one.said("One two three.") for _ in range(10)))
        assert [words for _, words in heard] == [["one", "two", "three"]] * 10
        assert max(first_audio_s for first_audio_s, _ in heard) < 0.8
        assert one.first.entered == one.first.left == one.second.entered == 1
        assert len(one.breakers[0].first_audio._times) == 1

    run_idle(run())


def test_one_who_waits_for_a_place_finds_nobody_late() -> None:
    async def run() -> None:
        one = race()
        one.first.concurrency, one.second.delay_s = 1, 0.0
        async with one.admissions[0].place(Utterance("Measured.", voice="v")):
            for _ in range(3):
                assert (await one.said(TEXT))[0] == pytest.approx(0.7, abs=0.01)
        assert not one.first.utterances
        assert (one.breakers[0].state, one.breakers[0].first_audio.longest()) == (BreakerState.CLOSED, None)

    run_idle(run())


def test_the_loser_is_left_at_once() -> None:
    async def run() -> None:
        one = race(delay_s=3.0)
        loop = asyncio.get_running_loop()
        async with one.speaker.answer(request(TEXT)) as answer:
            await anext(answer.chunks())
            heard_at = loop.time()
            while one.first.left == 0:  # noqa: ASYNC110 - nobody waits on this loop
                await asyncio.sleep(0.001)
            assert loop.time() - heard_at < 0.1

    run_idle(run())


@pytest.mark.parametrize(
    ("make", "most_s"),
    [
        (lambda: Faults(refuse=ProviderUnavailable), 0.4 + LOCAL_S),
        (lambda: Faults(refuse=RateLimited), 0.4 + LOCAL_S),
        (lambda: Faults(refuse=BadCredentials), LOCAL_S),
        (lambda: Faults(refuse=QuotaExhausted), LOCAL_S),
        (lambda: Faults(stall_after_words=0), 0.7 + LOCAL_S),
        (lambda: Faults(cut_after_words=3), 0.0),
        (lambda: Faults(stall_after_words=3), 0.0),
    ],
    ids=["refused", "429", "401", "quota", "hanging", "cut", "stalled"],
)
@pytest.mark.parametrize("hedge", ["free", "off"])
def test_first_audio_comes_soon_whatever_the_first_link_does(
    make: Callable[[], Faults], most_s: float, hedge: Literal["free", "off"]
) -> None:
    async def run() -> None:
        one = race(faults=make(), hedge=hedge)
        first_audio_s, heard = await one.say()
        late_s = 1.5 + LOCAL_S if most_s > 0.5 and hedge == "off" else most_s
        assert 0 <= first_audio_s <= late_s + 0.01
        assert first_audio_s <= 1.6
        # The word that was being said when the first link broke may be heard again.
        assert [word for before, word in pairwise([None, *heard]) if word != before] == WORDS
        assert len(heard) <= len(WORDS) + 1

    run_idle(run())


def test_races_lost_by_a_known_link_open_the_circuit_and_the_next_answer_waits_for_nobody() -> None:
    async def run() -> None:
        one = race(faults=Faults(stall_after_words=0))
        for _ in range(20):
            one.breakers[0].first_audio.heard(0.2)
        assert (await one.say())[0] == pytest.approx(0.7 + LOCAL_S, abs=0.01)
        assert (await one.say())[0] <= 1.5
        assert one.breakers[0].state is BreakerState.OPEN
        first_audio_s, heard = await one.say()
        assert first_audio_s == pytest.approx(LOCAL_S, abs=0.005)
        assert heard == WORDS

    run_idle(run())


def test_a_link_that_hangs_from_the_first_time_on_is_given_more_time_and_then_rests() -> None:
    async def run() -> None:
        one = race(faults=Faults(stall_after_words=0))
        heard_after_s = [(await one.say())[0] for _ in range(5)]
        assert max(heard_after_s) <= 1.6
        assert heard_after_s[:2] == sorted(heard_after_s[:2])
        assert one.breakers[0].state is BreakerState.OPEN

    run_idle(run())


@pytest.mark.parametrize("delay_s", [0.75, 0.9, 1.1, 1.4])
def test_a_link_that_is_a_little_slow_is_soon_heard_and_never_rests(delay_s: float) -> None:
    async def run() -> None:
        one = race(delay_s=delay_s)
        for _ in range(4):
            await one.say("One two three.")
        assert one.breakers[0].state is BreakerState.CLOSED
        for _ in range(10):
            assert (await one.say("One two three."))[0] == pytest.approx(delay_s, abs=0.01)
        assert [breaker.state for breaker in one.breakers] == [BreakerState.CLOSED] * 2

    run_idle(run())


@pytest.mark.parametrize("hedge", ["free", "off"])
def test_many_at_once_wait_for_each_other_and_that_is_nobody_s_fault(hedge: Literal["free", "off"]) -> None:
    async def run() -> None:
        one = race(delay_s=0.4, hedge=hedge)
        one.first.one_at_a_time = asyncio.Lock()
        await asyncio.gather(*(one.said(f"One two three {number}.") for number in range(8)))
        assert [breaker.state for breaker in one.breakers] == [BreakerState.CLOSED] * 2

    run_idle(run())


def test_a_link_that_usually_takes_long_gets_the_time_it_takes() -> None:
    async def run() -> None:
        one = race(delay_s=1.1)
        for _ in range(10):
            one.breakers[0].first_audio.heard(1.2)
        assert (await one.say())[0] == pytest.approx(1.1, abs=0.01)
        assert not one.second.utterances

    run_idle(run())


@pytest.mark.parametrize(
    ("delay_s", "free", "hedge", "first_audio_s", "asked"),
    [
        (0.5, True, "free", 0.5, 0),
        (1.0, False, "free", 1.0, 0),
        (1.0, True, "off", 1.0, 0),
        (1.0, False, "any", 0.7 + LOCAL_S, 1),
        (3.0, False, "free", 1.5 + LOCAL_S, 1),
    ],
)
def test_only_where_the_owner_allows_it(
    delay_s: float,
    free: bool,  # noqa: FBT001 - a parameter of the table
    hedge: Literal["free", "any", "off"],
    first_audio_s: float,
    asked: int,
) -> None:
    async def run() -> None:
        one = race(delay_s=delay_s, free=free, hedge=hedge)
        heard_after_s, heard = await one.say("One two three.")
        assert heard_after_s == pytest.approx(first_audio_s, abs=0.01)
        assert heard == ["one", "two", "three"]
        assert len(one.second.utterances) == asked

    run_idle(run())


def test_a_rival_that_fails_leaves_the_first_to_speak() -> None:
    async def run() -> None:
        one = race(delay_s=1.2, second_faults=Faults(refuse=BadCredentials))
        first_audio_s, heard = await one.say("One two three.")
        assert first_audio_s == pytest.approx(1.2, abs=0.01)
        assert heard == ["one", "two", "three"]
        assert one.breakers[0].state is BreakerState.CLOSED

    run_idle(run())


def test_the_rival_carries_on_where_the_first_fails_meanwhile() -> None:
    async def run() -> None:
        one = race(delay_s=0.72)
        one.first.faults = Faults(cut_after_words=0, cut_with=BadCredentials)
        first_audio_s, heard = await one.say("One two three.")
        assert first_audio_s == pytest.approx(0.7 + LOCAL_S, abs=0.01)
        assert heard == ["one", "two", "three"]
        assert len(one.second.utterances) == 1, "it was not begun anew"

    run_idle(run())


def test_nobody_is_started_beside_a_link_while_the_listener_has_enough_to_hear() -> None:
    async def run() -> None:
        one = race()
        text = "A first sentence that has very many words so that it takes long to hear. Then a second one."

        async with one.speaker.answer(request(text)) as answer:
            chunks = answer.chunks()
            await anext(chunks)
            one.first.delay_s = 1.0
            async for _ in chunks:
                pass
        assert not one.second.utterances

    run_idle(run())


@pytest.mark.parametrize("after_s", [0.0, 0.3, 0.69, 0.7, 0.72, 0.75, 0.76, 0.9, 1.4, 1.5, 1.6])
def test_a_listener_who_leaves_at_any_moment_leaves_nothing_behind(after_s: float) -> None:
    async def run() -> None:
        one = race(delay_s=3.0)
        try:
            async with asyncio.timeout(after_s):
                await one.say()
        except TimeoutError:
            pass
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert all(adapter.entered == adapter.left for adapter in (one.first, one.second))

    run_idle(run())


def test_a_listener_who_fails_is_nobody_s_fault() -> None:
    async def run() -> None:
        one = race(delay_s=3.0)
        with pytest.raises(ConnectionResetError):
            async with one.speaker.answer(request(TEXT)) as answer:
                async for _ in answer.chunks():
                    raise ConnectionResetError
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert [breaker.state for breaker in one.breakers] == [BreakerState.CLOSED] * 2

    run_idle(run())
