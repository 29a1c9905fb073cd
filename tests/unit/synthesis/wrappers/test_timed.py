"""Waiting too long for a provider is a typed failure; waiting for the reader is not."""

import asyncio
from dataclasses import replace

import pytest

from tests.fakes.pcm_adapter import PcmAdapter, syllables
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import ProviderTimeout
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.wrappers.timed import Timed

UTTERANCE = Utterance("one two three", voice="v", patience_s=0.02)


def timed(adapter: WordAdapter, gap_s: float = 0.02) -> Timed:
    return Timed(adapter, provider=adapter.name, gap_s=gap_s)


async def test_a_provider_that_never_accepts_is_too_slow_and_is_left() -> None:
    adapter = WordAdapter("a", Vocabulary(), gate=asyncio.Event())
    with pytest.raises(ProviderTimeout, match=r"a was too slow \(its first audio did not come in time\)"):
        async with timed(adapter).synthesize(UTTERANCE):
            pytest.fail("entered")
    assert (adapter.entered, adapter.left) == (1, 1)


@pytest.mark.parametrize(("words", "which"), [(0, "first"), (2, "next")])
async def test_a_provider_that_stalls_is_too_slow(words: int, which: str) -> None:
    adapter = WordAdapter("a", Vocabulary(), faults=Faults(stall_after_words=words))
    heard = 0
    with pytest.raises(ProviderTimeout, match=f"its {which} audio"):
        async with timed(adapter).synthesize(UTTERANCE) as stream:
            async for _ in stream.chunks:
                heard += 1
    assert heard == words
    assert adapter.left == 1


async def test_a_reader_may_take_its_time() -> None:
    adapter = WordAdapter("a", Vocabulary())
    heard = 0
    async with timed(adapter).synthesize(UTTERANCE) as stream:
        async for _ in stream.chunks:
            heard += 1
            await asyncio.sleep(0.03)
    assert heard == 3


async def test_without_patience_it_waits_for_ever() -> None:
    gate = asyncio.Event()
    adapter = WordAdapter("a", Vocabulary(), gate=gate)
    asyncio.get_running_loop().call_later(0.05, gate.set)
    async with timed(adapter).synthesize(replace(UTTERANCE, patience_s=None)) as stream:
        assert len([chunk async for chunk in stream.chunks]) == 3


async def test_a_timeout_of_the_providers_own_is_not_taken_for_ours() -> None:
    adapter = PcmAdapter("a", {"v": syllables(0.5, 8_000)})
    adapter.cut = TimeoutError("the socket's")
    with pytest.raises(TimeoutError, match="the socket's"):
        async with Timed(adapter, provider="a", gap_s=1.0).synthesize(UTTERANCE) as stream:
            async for _ in stream.chunks:
                pass


async def test_nothing_is_left_to_ring_once_the_utterance_is_over() -> None:
    loop = asyncio.get_running_loop()
    async with timed(WordAdapter("a", Vocabulary()), gap_s=60.0).synthesize(
        replace(UTTERANCE, patience_s=60.0)
    ) as stream:
        async for _ in stream.chunks:
            pass
    assert all(timer.cancelled() for timer in loop._scheduled if timer.when() > loop.time() + 30.0)  # type: ignore[attr-defined]
