"""A place is held for exactly as long as the provider speaks, whichever way that ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.house_parts import provider
from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import CircuitOpen, ProviderBusy, ProviderError, ProviderUnavailable, SpeechCutOff
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.health.breaker import BreakerState

if TYPE_CHECKING:
    from wyoming_tts.synthesis.provider import Provider

UTTERANCE = Utterance("One two three.", voice="v", patience_s=1.0)
WAYS_OUT = {
    "said": None,
    "refused": Faults(refuse=ProviderUnavailable),
    "broken": Faults(bug=True),
    "damaged": Faults(odd=True),
    "cut off": Faults(cut_after_words=2),
    "silent": Faults(stall_after_words=0),
    "stalled": Faults(stall_after_words=2),
}


def made(**traits: object) -> tuple[WordAdapter, Provider]:
    adapter = WordAdapter("a", Vocabulary(), **traits)  # type: ignore[arg-type] # as its fields are
    return adapter, provider(adapter, clock=LoopClock(), gap_s=1.5)


async def heard(one: Provider, utterance: Utterance = UTTERANCE) -> int:
    async with one.stack.synthesize(utterance) as stream:
        return len([chunk async for chunk in stream.chunks])


def other(number: int) -> Utterance:
    return replace(UTTERANCE, text=f"One two {number}.", answer_id=f"{number}")


@pytest.mark.parametrize("way", WAYS_OUT)
def test_a_place_is_free_again_whatever_happened(way: str) -> None:
    async def run() -> None:
        adapter, one = made(concurrency=1, faults=WAYS_OUT[way])
        with suppress(ProviderError, ZeroDivisionError):
            await heard(one)
        assert one.admission.has_none_before(UTTERANCE)
        adapter.faults = None
        one.breaker.reset()
        assert await heard(one) == 3

    run_idle(run())


def test_a_cancel_at_any_turn_frees_it_once() -> None:
    async def run() -> None:
        adapter, one = made(concurrency=1, delay_s=0.001)
        for turns in range(40):
            both = [asyncio.create_task(heard(one, other(number))) for number in range(2)]
            for _ in range(turns):
                await asyncio.sleep(0)
            both[turns % 2].cancel()
            await asyncio.wait(both)
            assert adapter.entered == adapter.left
            assert (one.admission.waiting, one.admission.has_none_before(UTTERANCE)) == (0, True)

    run_idle(run())


def test_no_more_are_asked_for_at_once_than_it_is_good_for() -> None:
    async def run() -> None:
        adapter, one = made(concurrency=2, delay_s=0.1)
        speaking = [asyncio.create_task(heard(one, other(number))) for number in range(5)]
        await asyncio.sleep(0.05)
        for counts in ((2, 0), (4, 2), (5, 4), (5, 5)):
            assert (adapter.entered, adapter.left) == counts
            await asyncio.sleep(0.1)
        assert await asyncio.gather(*speaking) == [3] * 5

    run_idle(run())


def test_waiting_for_a_place_is_nobody_s_fault_and_no_measure_of_the_provider() -> None:
    async def run() -> None:
        adapter, one = made(concurrency=1, delay_s=0.4)
        said = await asyncio.gather(*(heard(one, other(number)) for number in range(6)), return_exceptions=True)
        assert [type(error) for error in said if error != 3] == [ProviderBusy] * 4
        assert adapter.entered == 2
        assert one.breaker.state is BreakerState.CLOSED
        assert one.breaker.first_audio.longest() == pytest.approx(0.4, abs=0.01)

    run_idle(run())


def test_what_waited_behind_a_measurement_is_no_measure_either() -> None:
    async def run() -> None:
        _, one = made(concurrency=1, delay_s=0.1)
        async with one.admission.place(UTTERANCE):  # as the one that finds out how loud a voice is
            waiting = asyncio.create_task(heard(one))
            await asyncio.sleep(0.3)
        assert await waiting == 3
        assert one.breaker.first_audio.longest() is None

    run_idle(run())


def test_the_listener_s_patience_is_one_for_waiting_and_speaking() -> None:
    async def run() -> None:
        adapter, one = made(concurrency=1, delay_s=0.4)
        first = asyncio.create_task(heard(one, other(1)))
        await asyncio.sleep(0.01)
        adapter.delay_s = 9.0
        began = asyncio.get_running_loop().time()
        with pytest.raises(ProviderError, match="first audio did not come in time"):
            await heard(one, other(2))
        assert asyncio.get_running_loop().time() - began == pytest.approx(1.0, abs=0.01)
        assert await first == 3

    run_idle(run())


def test_a_failure_that_opens_the_circuit_sends_on_all_who_wait() -> None:
    async def run() -> None:
        adapter, one = made(concurrency=1, gate=asyncio.Event(), faults=Faults(refuse=ProviderUnavailable))
        speaking = [asyncio.create_task(heard(one, replace(other(number), patience_s=None))) for number in range(4)]
        await asyncio.sleep(0.01)
        assert adapter.entered == 1
        adapter.gate.set()  # type: ignore[union-attr] # set above
        said = await asyncio.gather(*speaking, return_exceptions=True)
        assert [type(error) for error in said] == [ProviderUnavailable] + [CircuitOpen] * 3
        assert adapter.utterances[0].text == adapter.utterances[-1].text, "nobody else has tried it"

    run_idle(run())


def test_ten_who_want_the_same_take_one_place_and_fail_once() -> None:
    async def run() -> None:
        adapter, one = made(concurrency=1, faults=Faults(cut_after_words=2))
        same = (heard(one, replace(UTTERANCE, answer_id=f"{number}")) for number in range(10))
        said = await asyncio.gather(*same, return_exceptions=True)
        assert [type(error) for error in said] == [SpeechCutOff] * 10
        assert (adapter.entered, one.breaker.state) == (1, BreakerState.CLOSED)
        with pytest.raises(SpeechCutOff):
            await heard(one)
        assert one.breaker.state is BreakerState.OPEN, "that was the second one"

    run_idle(run())
