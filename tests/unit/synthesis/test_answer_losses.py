"""Words that could get lost, or be said twice, where a link makes trouble: all of them are heard, or it is an error."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.idle_loop import run_idle
from tests.fakes.played_house import TEXT, Actor, House, words_of
from tests.fakes.word_adapter import Faults, Vocabulary
from wyoming_tts.errors import BadCredentials, ProviderUnavailable
from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.attempt import Attempt

LONG = "First comes this clause, then comes another one of words, after it a third, a fourth one, and the end of it."


class SlowCarryOn(CarryOn):
    """Takes its time to find out where an attempt stopped."""

    async def rest_of(self, attempt: Attempt) -> Utterance:
        await asyncio.sleep(0.4)
        return await super().rest_of(attempt)


def refused(words: Vocabulary) -> Actor:
    return Actor("a", words, faults=Faults(refuse=BadCredentials))


def test_the_pieces_behind_one_that_makes_no_sound_are_said() -> None:
    async def run() -> None:
        words = Vocabulary()
        house = House(words, refused(words), Actor("b", words, limit=30, mute_on="First"))
        heard = await house.tell(LONG)
        assert heard.words(house) == words_of(LONG.partition(",")[2])
        assert house.record.outcome == "all-providers-failed", "some of it nobody could say"

    run_idle(run())


@pytest.mark.parametrize("after_words", [0, 1, 5, 9])
def test_no_link_is_given_more_than_it_takes(after_words: int) -> None:
    async def run() -> None:
        words = Vocabulary()
        wide = Actor("b", words, limit=120, faults=Faults(cut_after_words=after_words, times=9))
        house = House(words, refused(words), wide, narrow := Actor("c", words, limit=40))
        heard = await house.tell(f"{LONG} {LONG}")
        assert heard.words(house) == words_of(f"{LONG} {LONG}")
        if after_words > 2:  # with less it is left for good, at the clause that an answer begins with
            assert max(len(one.text) for one in wide.utterances) > 40
        assert max(len(one.text) for one in narrow.utterances) <= 40

    run_idle(run())


def test_pieces_that_wait_are_split_again_for_a_rival_that_takes_less() -> None:
    async def run() -> None:
        words = Vocabulary()
        first = "Abcdefghijk bcdefghijkl cdefghijkl ab,"
        told = f"{first} {'x' * 100} {'y' * 100} and the end."
        late = Actor("b", words, limit=120, delay_s=3.0)
        house = House(words, refused(words), late, narrow := Actor("c", words, limit=40, delay_s=0.05))
        heard = await house.tell(told)
        assert house.record.links == ["c/v"]
        assert late.utterances[0].text == first, "it was short enough for both"
        assert max(len(one.text) for one in narrow.utterances) <= 40
        assert "".join(house.vocabulary.heard(heard.pcm)) == "".join(words_of(told))

    run_idle(run())


def test_a_link_has_its_second_chance_in_the_second_round_too() -> None:
    async def run() -> None:
        words = Vocabulary()
        cut_once = Actor("b", words, faults=Faults(cut_after_words=4, times=1))
        gone = Actor("c", words, faults=Faults(refuse=ProviderUnavailable))
        house = House(words, refused(words), cut_once, gone)
        for one in house.providers:
            one.breaker.begin("earlier").failed(ProviderUnavailable(provider=one.name))
            one.breaker.begin("earlier", insist=True).failed(ProviderUnavailable(provider=one.name))
        heard = await house.tell()
        assert heard.words(house) == words_of(TEXT)
        assert house.record.outcome == "complete"

    run_idle(run())


async def _interrupted() -> AsyncIterator[str]:
    yield "Hello there. And"
    raise asyncio.CancelledError


@pytest.mark.parametrize("streamed", [True, False])
def test_a_text_that_is_cancelled_by_nobody_is_an_error(*, streamed: bool) -> None:
    async def run() -> None:
        words = Vocabulary()
        house = House(words, Actor("a", words))
        async with asyncio.timeout(50):
            heard = await house.tell(_interrupted(), streamed=streamed)
        assert heard.error is not None
        assert house.record.outcome == "internal"

    run_idle(run())


@pytest.mark.parametrize(
    "faults", [Faults(cut_after_words=1, cancel=True), Faults(bug=True), Faults(cut_after_words=1)], ids=str
)
def test_trouble_with_the_yardstick_is_no_silent_loss(faults: Faults) -> None:
    async def run() -> None:
        words = Vocabulary()
        carry_on = CarryOn(Yardstick(Actor("y", words, faults=faults)), Paces())
        cut = Actor("a", words, marks=False, faults=Faults(cut_after_words=3, times=1))
        house = House(words, cut, Actor("b", words), carry_on=carry_on)
        async with asyncio.timeout(50):
            heard = await house.tell()
        if faults.cancel:
            assert (house.record.outcome, heard.error is None) == ("internal", False)
        else:
            assert house.record.outcome == "complete"
            assert heard.words(house)[-len(words_of(TEXT)) :] == words_of(TEXT)

    run_idle(run())


def test_what_the_new_link_says_already_is_not_begun_again() -> None:
    async def run() -> None:
        words = Vocabulary()

        async def written() -> AsyncIterator[str]:
            yield "One two three four five six. Then comes"
            await asyncio.sleep(0.2)
            yield " the second one. And the third one."

        cut = Actor("a", words, marks=False, faults=Faults(cut_after_words=3, times=1))
        paid = Actor("b", words, is_free=False)
        house = House(words, cut, paid, carry_on=SlowCarryOn(Yardstick(None), Paces()))
        await house.tell(written())
        said = [one.text for one in paid.utterances]
        assert len(said) == len(set(said)) == 3

    run_idle(run())
