"""Mishaps in the middle of an answer, on a loop whose time is exact: no silence is long, and nobody is blamed."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.fakes.house_parts import request
from tests.fakes.idle_loop import run_idle
from tests.fakes.played_house import TEXT, Actor, House, Listener, words_of
from tests.fakes.word_adapter import Faults, Vocabulary
from wyoming_tts.errors import BadCredentials
from wyoming_tts.synthesis.health.breaker import BreakerState

RATE_HZ = 22_050


def test_a_rival_that_won_and_stalls_has_the_next_one_go_on() -> None:
    async def run() -> None:
        words = Vocabulary()
        late, stalls = (
            Actor("a", words, delay_s=3.0),
            Actor("b", words, delay_s=0.05, faults=Faults(stall_after_words=3)),
        )
        house = House(words, late, stalls, Actor("c", words))
        heard = await house.tell()
        assert heard.words(house) == words_of(TEXT)
        assert heard.first_audio_s <= 0.8
        assert max(heard.silences_s) <= 1.6

    run_idle(run())


@pytest.mark.parametrize("paid", [False, True])
def test_a_rival_that_hangs_when_the_first_has_failed_is_not_waited_for_long(*, paid: bool) -> None:
    async def run() -> None:
        words = Vocabulary()
        fails = Actor("a", words, delay_s=0.9, faults=Faults(bug=True))
        hangs = Actor("b", words, faults=Faults(stall_after_words=0))
        house = House(words, fails, hangs, Actor("c", words, is_free=not paid))
        heard = await house.tell()
        assert heard.words(house) == words_of(TEXT)
        assert heard.first_audio_s <= 2.3

    run_idle(run())


@pytest.mark.parametrize("word_s", [0.2, 0.27, 0.36, 0.5])
@pytest.mark.parametrize("paced", [False, True])
@pytest.mark.parametrize("hedge", ["free", "off"])
def test_a_prepared_utterance_that_hangs_is_given_up_when_the_listener_has_waited(
    word_s: float,
    paced: bool,  # noqa: FBT001 - a parameter of the table
    hedge: str,
) -> None:
    async def run() -> None:
        words = Vocabulary()
        hangs = Actor("a", words, rate=RATE_HZ, word_s=word_s, hangs_on="third")
        house = House(words, hangs, Actor("b", words, rate=RATE_HZ, word_s=word_s, is_free=False), hedge=hedge)
        told = " ".join(f"Sentence {i} has " + "some few words " * 12 + "here." for i in range(3))
        heard = await house.tell(f"{told} Now the third one comes and it hangs.", paced=paced)
        assert house.record.links == ["a/v", "b/v"]
        assert max(heard.silences_s, default=0.0) <= 1.6

    run_idle(run())


@pytest.mark.parametrize("hedge", ["free", "off"])
@pytest.mark.parametrize(
    ("stops", "rate"),
    [
        ({3: 30.0}, RATE_HZ),
        ({3: 50.0}, RATE_HZ),
        ({3: 100.0}, RATE_HZ),
        ({60: 50.0}, RATE_HZ),
        ({3: 45.0, 50: 60.0, 100: 200.0}, RATE_HZ),
        ({3: 100.0}, 48_000),  # an utterance is more than is read ahead: it keeps its place
    ],
)
def test_a_reader_who_stops_is_no_fault_of_a_link_that_serves_one_after_the_other(
    hedge: str, stops: dict[int, float], rate: int
) -> None:
    async def run() -> None:
        words = Vocabulary()
        one = Actor("a", words, rate=rate, word_s=0.36, delay_s=0.2, one_at_a_time=asyncio.Lock())
        house = House(words, one, Actor("b", words, rate=rate), hedge=hedge)
        told = " ".join(f"Number {i} says " + " ".join(f"w{i}x{j}" for j in range(40)) + "." for i in range(8))
        heard = await house.tell(told, stops=stops.items())
        assert heard.words(house) == words_of(told)
        assert (house.record.links, house.record.failures) == (["a/v"], [])
        assert [one.breaker.state for one in house.providers] == [BreakerState.CLOSED] * 2

    run_idle(run())


def test_a_flood_of_newcomers_lets_nobody_run_dry_who_is_listening() -> None:
    """The only link speaks for one at a time, and twice as much is asked of it as it can do."""

    async def run() -> None:
        words = Vocabulary()
        one = Actor("a", words, delay_s=0.5, word_s=0.36)
        house = House(words, one)
        told = " ".join(f"Sentence {i} has a word or two." for i in range(24))

        async def come(number: int) -> Listener:
            await asyncio.sleep(0.2 + 0.25 * number)
            return await house.tell(f"Newcomer {number}.")

        listening, *flood = await asyncio.gather(house.tell(told, paced=True), *(come(number) for number in range(80)))
        assert listening.words(house) == words_of(told)
        assert max(listening.silences_s, default=0.0) <= 0.05
        served = [newcomer for newcomer in flood if newcomer.error is None]
        assert 20 < len(served) < 70, "nobody else could speak for the others"
        assert max(newcomer.first_audio_s for newcomer in served) <= 10.0
        assert house.providers[0].breaker.state is BreakerState.CLOSED

    run_idle(run())


@pytest.mark.parametrize("paced", [True, False])
def test_a_link_with_one_place_that_lost_its_connection_goes_on_where_it_was(*, paced: bool) -> None:
    """What was prepared behind it takes the place, and must not keep it until it is its turn."""

    async def run() -> None:
        words = Vocabulary()
        cut = Faults(cut_after_words=20, times=1)
        one = Actor("a", words, rate=RATE_HZ, word_s=0.36, delay_s=0.2, faults=cut)
        house = House(words, one, whole_first_chars=2_000)
        told = " ".join(f"Number {i} says " + " ".join(f"w{i}x{j}" for j in range(40)) + "." for i in range(5))
        heard = await house.tell(told, paced=paced)
        assert heard.words(house) == words_of(told)
        assert (house.record.links, house.record.failures) == (["a/v"], ["speech-cut-off"])
        assert max(heard.silences_s, default=0.0) <= 1.0

    run_idle(run())


@pytest.mark.parametrize(
    "mishap", [{"delay_s": 3.0}, {"faults": Faults(stall_after_words=2)}, {"faults": Faults(refuse=BadCredentials)}]
)
def test_nobody_waits_for_a_link_that_takes_long_to_leave(mishap: dict[str, Any]) -> None:
    async def run() -> None:
        words = Vocabulary()
        house = House(words, Actor("a", words, leaving_s=20.0, **mishap), Actor("b", words))
        heard = await house.tell()
        assert heard.words(house) == words_of(TEXT)
        assert heard.first_audio_s <= 0.8
        assert max(heard.silences_s, default=0.0) <= 1.6
        assert heard.ended_s <= 3.0

    run_idle(run())


async def test_audio_that_is_there_at_once_leaves_others_their_turns() -> None:
    words = Vocabulary()
    house = House(words, Actor("a", words, rate=RATE_HZ, at_once=True))
    told = "Here it begins. " + " ".join(f"w{i}" for i in range(30)) + "."
    turns, came_at = 0, Counter[int]()

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        counting = tasks.create_task(count())
        async with house.speaker.answer(request(told)) as answer:
            async for _ in answer.chunks():
                came_at[turns] += 1
                if came_at.total() == 1:
                    await asyncio.sleep(0.1)  # meanwhile the second utterance is there, as far as there is room
        counting.cancel()
    assert came_at.total() >= 33
    assert len([many for many in came_at.values() if many > 2]) <= 1, "what was finished meanwhile"
