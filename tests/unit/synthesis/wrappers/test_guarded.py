"""What the breaker learns of an utterance, through the real wrappers round an adapter that fails as told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import FakeClock, settle
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import (
    BadAudio,
    CircuitOpen,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.speech.audio import AudioStream, Chunk
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.health.breaker import BreakerState, CircuitBreaker
from wyoming_tts.synthesis.wrappers.guarded import Guarded
from wyoming_tts.synthesis.wrappers.timed import Timed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.synthesis.provider import Synthesizes

UTTERANCE = Utterance("one two three", voice="v", answer_id="x", patience_s=0.05)
CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN


@dataclass
class Cold(WordAdapter):
    """Has loaded no voice yet."""

    def is_warm(self, voice: str) -> bool:  # noqa: ARG002 - none of them
        return False


@dataclass
class Leaving:
    """Says all of a word and then has trouble in taking its leave, or says nothing of it."""

    error: Exception | None = None
    pcm: bytes = b"\0\0"

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        async with WordAdapter("a", Vocabulary()).synthesize(utterance) as stream:
            yield AudioStream(stream.format, self._chunks())
        if self.error is not None:
            raise self.error

    async def _chunks(self) -> AsyncIterator[Chunk]:
        yield Chunk(self.pcm)


class Stack:
    """An adapter in the wrappers that matter here, and its breaker."""

    def __init__(self, faults: Faults | None = None, *, kind: type[WordAdapter] = WordAdapter) -> None:
        self.clock = FakeClock()
        self.adapter = kind("a", Vocabulary(), faults=faults)
        self.breaker = CircuitBreaker("a", self.clock, random=lambda: 1.0)
        self.guarded = self.around(Timed(self.adapter, provider="a", gap_s=0.05))

    def around(self, inner: Synthesizes) -> Guarded:
        return Guarded(inner, self.adapter, self.breaker, Admission(self.adapter, self.breaker), self.clock)

    async def speak(self, utterance: Utterance = UTTERANCE) -> int:
        """Return the number of chunks."""
        return await speak(self.guarded, utterance)

    async def half_open(self) -> None:
        self.breaker.probed(ProviderUnavailable(provider="a"))
        await self.clock.advance(30.0)
        assert self.breaker.state is HALF_OPEN

    def failures(self) -> int:
        """Tell how many failures are counted by how many more in a row it takes to open it."""
        for more in range(3):
            if self.breaker.state is OPEN:
                return 2 - more
            self.breaker.late(0.0)
        raise AssertionError(self.breaker.state)


async def speak(stack: Synthesizes, utterance: Utterance = UTTERANCE) -> int:
    async with stack.synthesize(utterance) as stream:
        return len([chunk async for chunk in stream.chunks])


async def test_what_is_said_to_its_end_is_a_success() -> None:
    stack = Stack()
    await stack.half_open()
    assert await stack.speak() == 3
    assert stack.breaker.state is CLOSED


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(refuse=BadAudio), BadAudio),
        (Faults(cut_after_words=0), SpeechCutOff),
        (Faults(cut_after_words=2), SpeechCutOff),
        (Faults(stall_after_words=0), ProviderTimeout),
        (Faults(stall_after_words=2), ProviderTimeout),
        (Faults(bug=True), ZeroDivisionError),
    ],
)
async def test_a_failure_counts_before_and_after_audio(faults: Faults, error: type[Exception]) -> None:
    stack = Stack(faults)
    for _ in range(2):
        assert stack.breaker.state is CLOSED
        with pytest.raises(error):
            await stack.speak()
    assert stack.breaker.state is OPEN
    assert stack.adapter.left == 2


async def test_while_open_the_provider_is_not_touched() -> None:
    stack = Stack()
    stack.breaker.probed(ProviderUnavailable(provider="a"))
    with pytest.raises(CircuitOpen):
        await stack.speak()
    assert stack.adapter.entered == 0
    assert await stack.speak(replace(UTTERANCE, insist=True)) == 3
    assert stack.breaker.state is CLOSED


async def test_of_a_hundred_who_come_at_once_to_a_half_open_circuit_one_tries_it() -> None:
    stack = Stack()
    stack.adapter.gate = asyncio.Event()
    await stack.half_open()
    patient = replace(UTTERANCE, patience_s=None)
    trying = [asyncio.create_task(stack.speak(replace(patient, answer_id=str(number)))) for number in range(100)]
    await settle()
    assert stack.adapter.entered == 1
    stack.adapter.gate.set()
    results = await asyncio.gather(*trying, return_exceptions=True)
    assert [result for result in results if not isinstance(result, CircuitOpen)] == [3]
    assert stack.breaker.state is CLOSED


async def test_who_leaves_early_or_is_cancelled_is_neither_success_nor_failure() -> None:
    stack = Stack(Faults(stall_after_words=2))
    await stack.half_open()
    async with stack.guarded.synthesize(UTTERANCE) as stream:
        await anext(stream.chunks)
    assert (stack.breaker.state, stack.breaker.allows()) == (HALF_OPEN, True)
    cancelled = asyncio.create_task(stack.speak(replace(UTTERANCE, patience_s=None)))
    await settle()
    assert not stack.breaker.allows()
    cancelled.cancel()
    await asyncio.wait([cancelled])
    assert cancelled.cancelled()
    assert (stack.breaker.state, stack.breaker.allows()) == (HALF_OPEN, True)
    assert stack.adapter.left == 2


@pytest.mark.parametrize("gate", [True, False])
async def test_a_cancel_before_the_first_audio_gives_the_place_back(*, gate: bool) -> None:
    stack = Stack(Faults(stall_after_words=0))
    stack.adapter.gate = asyncio.Event() if gate else None
    await stack.half_open()
    cancelled = asyncio.create_task(stack.speak(replace(UTTERANCE, patience_s=None)))
    await settle()
    cancelled.cancel()
    await asyncio.wait([cancelled])
    assert (stack.breaker.state, stack.breaker.allows()) == (HALF_OPEN, True)


async def test_a_reader_s_own_trouble_is_no_fault_of_the_provider() -> None:
    stack = Stack()
    with pytest.raises(ConnectionResetError):
        async with stack.guarded.synthesize(UTTERANCE) as stream:
            async for _ in stream.chunks:
                raise ConnectionResetError
    assert stack.failures() == 0


async def test_a_reader_who_finds_the_audio_damaged_speaks_of_the_provider() -> None:
    stack = Stack()
    with pytest.raises(BadAudio):
        async with stack.guarded.synthesize(UTTERANCE):
            raise BadAudio(provider="a")
    assert stack.failures() == 1


@pytest.mark.parametrize(("error", "failures"), [(SpeechCutOff(provider="a"), 1), (OSError(), 1), (None, 0)])
async def test_trouble_in_taking_leave_is_a_failure(error: Exception | None, failures: int) -> None:
    stack = Stack()
    guarded = stack.around(Leaving(error))
    if error is None:
        await speak(guarded)
    else:
        with pytest.raises(type(error)):
            await speak(guarded)
    assert stack.failures() == failures


async def test_a_bug_while_reading_keeps_its_class_and_counts() -> None:
    class Broken(WordAdapter):
        async def _chunks(self, *_: object) -> AsyncIterator[Chunk]:
            yield Chunk(b"\0\0")
            raise KeyError("spoken text")

    stack = Stack(kind=Broken)
    with pytest.raises(KeyError):
        await stack.speak()
    with pytest.raises(KeyError):
        await stack.speak()
    assert stack.breaker.reason == "a failed (internal error KeyError)"


async def test_silence_to_its_end_proves_nothing() -> None:
    stack = Stack()
    await stack.half_open()
    assert await speak(stack.around(Leaving(pcm=b""))) == 1
    assert (stack.breaker.state, stack.breaker.allows()) == (HALF_OPEN, True)
    assert stack.breaker.first_audio.longest() is None


async def test_what_is_not_the_provider_s_fault_counts_as_nothing() -> None:
    stack = Stack(Faults(refuse=UtteranceRejected))
    for _ in range(5):
        with pytest.raises(UtteranceRejected):
            await stack.speak()
    assert stack.breaker.state is CLOSED


@pytest.mark.parametrize(("due_s", "measured_s"), [(0.0, 0.7), (0.1, None)])
async def test_the_time_to_the_first_audio_is_measured_where_somebody_waits(
    due_s: float, measured_s: float | None
) -> None:
    stack = Stack()
    stack.adapter.gate = asyncio.Event()
    speaking = asyncio.create_task(stack.speak(replace(UTTERANCE, patience_s=None, due_s=due_s)))
    await stack.clock.advance(0.7)
    stack.adapter.gate.set()
    await speaking
    assert stack.breaker.first_audio.longest() == (None if measured_s is None else pytest.approx(measured_s))


@pytest.mark.parametrize(
    ("words", "due_s", "longest", "p95"), [(0, 0.0, 0.0, None), (0, 0.1, None, None), (1, 0.0, 0.0, 0.0)]
)
async def test_a_first_audio_that_did_not_come_in_time_took_longer_than_that(
    words: int, due_s: float, longest: float | None, p95: float | None
) -> None:
    stack = Stack(Faults(stall_after_words=words))
    for _ in range(5):
        stack.breaker._close("")  # as a success would, which is no time to remember
        with pytest.raises(ProviderTimeout):
            await stack.speak(replace(UTTERANCE, due_s=due_s))
    assert (stack.breaker.first_audio.longest(), stack.breaker.first_audio.p95()) == (longest, p95)


@pytest.mark.parametrize(
    ("faults", "failures"), [(Faults(stall_after_words=0), 0), (Faults(stall_after_words=1), 1), (Faults(), 0)]
)
async def test_the_first_loading_of_a_voice_is_no_fault_and_no_measure(faults: Faults, failures: int) -> None:
    stack = Stack(faults, kind=Cold)
    if faults.stall_after_words is None:
        await stack.speak()
    else:
        with pytest.raises(ProviderTimeout):
            await stack.speak()
    assert stack.breaker.first_audio.longest() is None
    assert stack.failures() == failures


async def test_a_refusal_while_loading_is_a_failure_all_the_same() -> None:
    stack = Stack(Faults(refuse=ProviderUnavailable), kind=Cold)
    with pytest.raises(ProviderError):
        await stack.speak()
    assert stack.breaker.state is OPEN


async def test_a_try_whose_voice_had_to_be_loaded_gives_its_place_back() -> None:
    stack = Stack(Faults(stall_after_words=0), kind=Cold)
    await stack.half_open()
    with pytest.raises(ProviderTimeout):
        await stack.speak()
    assert (stack.breaker.state, stack.breaker.allows()) == (HALF_OPEN, True)
