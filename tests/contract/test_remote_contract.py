"""What every adapter to something elsewhere owes the house, whatever its server does."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from tests.contract.makers import MAKERS
from tests.contract.remote_subject import KEY, TEXT, Listening, RemoteSubject
from tests.fakes.model_host import until
from tests.servers.fake_api import RETRY_AFTER_S, Knob
from wyoming_tts.errors import (
    BadAudio,
    BadCredentials,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.health.breaker import CircuitBreaker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SOON_S = 1.0
"""Ten times what is promised for a listener who has gone."""
TURNS = 40
"""Turns of the loop in which an utterance passes through everything that can be cancelled."""

FAILURES: dict[Knob, type[ProviderError]] = {
    Knob.NO_HEADERS: ProviderTimeout,
    Knob.STALL: ProviderTimeout,
    Knob.CUT: SpeechCutOff,
    Knob.EMPTY: BadAudio,  # NoAudio is one
    Knob.WRONG_TYPE: BadAudio,
    Knob.JSON: BadAudio,
    Knob.GARBAGE: BadAudio,
    Knob.BAD_REQUEST: UtteranceRejected,
    Knob.UNAUTHORIZED: BadCredentials,
    Knob.RATE_LIMITED: RateLimited,
    Knob.SERVER_ERROR: ProviderUnavailable,
    Knob.REDIRECT: ProviderUnavailable,
}
AFTER_AUDIO = {Knob.STALL, Knob.CUT}


@pytest.fixture(params=sorted(MAKERS))
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RemoteSubject]:
    """Yield a started adapter. Closed it has left no task and no file, and has told nobody the key or the text."""
    made = MAKERS[request.param]()
    tasks, files = asyncio.all_tasks(), open_files()
    with Listening(made.told):
        await made.start(tmp_path)
        yield made
        await made.close()
        await until(lambda: asyncio.all_tasks() - tasks <= {asyncio.current_task()} and open_files() <= files)
    assert [line for line in made.told if KEY in line or TEXT in line] == []


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - what is listed is gone when it is looked at


def needs(subject: RemoteSubject, *knobs: Knob) -> None:
    if not subject.knobs.issuperset(knobs):
        pytest.skip("its server cannot fail so")


async def test_entered_with_a_format_and_then_whole_frames(subject: RemoteSubject) -> None:
    await subject.heard_whole()


@pytest.mark.parametrize("knob", [Knob.SLOW_HEADERS, Knob.SLOW_BODY])
async def test_a_slow_server_is_heard_to_its_end(subject: RemoteSubject, knob: Knob) -> None:
    needs(subject, knob)
    subject.turn(knob)
    await subject.heard_whole()


@pytest.mark.parametrize("knob", FAILURES)
async def test_each_fault_has_its_error_and_the_next_utterance_is_heard(subject: RemoteSubject, knob: Knob) -> None:
    needs(subject, knob)
    if subject.patient and FAILURES[knob] is ProviderTimeout:
        pytest.skip("the house's patience ends it")
    await subject.spoken()
    files = open_files()
    subject.turn(knob)
    error, seconds = await subject.failing()
    assert isinstance(error, FAILURES[knob])
    assert error.provider == subject.adapter.name
    assert error.retry_after_s == (RETRY_AFTER_S if knob is Knob.RATE_LIMITED else None)
    assert (seconds > 0) == (knob in AFTER_AUDIO)
    async with asyncio.timeout(SOON_S):
        await subject.fake.idle()
    subject.turn(Knob.OK)
    await subject.heard_whole()
    await until(lambda: open_files() <= files)


async def test_a_line_that_breaks_before_the_first_audio_is_no_speech_cut_off_late(subject: RemoteSubject) -> None:
    needs(subject, Knob.CUT)
    subject.turn(Knob.CUT, at=0)
    error, seconds = await subject.failing()
    assert isinstance(error, ProviderUnavailable | SpeechCutOff)
    assert not seconds


async def test_a_server_that_has_gone_is_unavailable_and_one_that_is_back_is_heard(subject: RemoteSubject) -> None:
    await subject.fake.__aexit__(None, None, None)
    error, _ = await subject.failing()
    assert isinstance(error, ProviderUnavailable)
    with pytest.raises(ProviderError):
        await subject.adapter.probe()
    await subject.fake.__aenter__()
    await subject.heard_whole()


async def test_started_while_it_is_down_it_knows_the_voices_of_last_time(subject: RemoteSubject) -> None:
    known = list(subject.adapter.voices())
    await subject.fake.__aexit__(None, None, None)
    later = subject.another()
    try:
        with pytest.raises(ProviderError) as caught:
            await later.start()
        subject.note(caught.value)
        assert list(later.voices()) == known
        await subject.fake.__aenter__()
        async with later.synthesize(subject.utterance()) as stream:
            assert [chunk async for chunk in stream.chunks]
    finally:
        await later.aclose()


async def test_voices_are_the_same_every_time(subject: RemoteSubject) -> None:
    before = list(subject.adapter.voices())
    await subject.adapter.probe()
    assert list(subject.adapter.voices()) == before
    assert subject.voice in [voice.name for voice in before]
    assert len({voice.name for voice in before}) == len(before)
    assert all(voice.languages for voice in before)
    assert subject.adapter.accepts(subject.voice)
    assert not subject.adapter.accepts("no-such-voice")


async def test_an_unknown_voice_is_rejected_without_a_request(subject: RemoteSubject) -> None:
    asked = len(subject.fake.asked)
    with pytest.raises(UtteranceRejected) as caught:
        async with subject.adapter.synthesize(subject.utterance(voice="no-such-voice")):
            raise AssertionError("was accepted")
    assert caught.value.provider == subject.adapter.name
    assert len(subject.fake.asked) == asked


async def test_leaving_early_closes_the_request_at_once(subject: RemoteSubject) -> None:
    needs(subject, Knob.STALL)
    subject.turn(Knob.STALL)
    async with subject.adapter.synthesize(subject.utterance()) as stream:
        await anext(aiter(stream.chunks))
        assert subject.fake.open == 1
    async with asyncio.timeout(SOON_S):
        await subject.fake.idle()


async def test_a_cancel_at_any_point_leaves_no_task_and_no_file(subject: RemoteSubject) -> None:
    await subject.spoken()
    # Counted, since the fake has a task for each connection, and each cancel costs one.
    tasks, files = len(asyncio.all_tasks()), open_files()
    for turns in range(TURNS):
        speaking = asyncio.create_task(subject.spoken())
        for _ in range(turns):
            await asyncio.sleep(0)
        speaking.cancel()
        await asyncio.wait({speaking})
        assert speaking.cancelled() or speaking.exception() is None
    await subject.fake.idle()
    await until(lambda: len(asyncio.all_tasks()) <= tasks and open_files() <= files)
    await subject.heard_whole()


async def test_as_many_at_once_as_it_may_be_asked_for(subject: RemoteSubject) -> None:
    if Knob.SLOW_BODY in subject.knobs:
        subject.turn(Knob.SLOW_BODY)
    admission = Admission(subject.adapter, CircuitBreaker(subject.adapter.name, subject.context.clock))

    async def heard_in_its_place() -> None:
        async with admission.place(subject.utterance()):
            await subject.heard_whole()

    await asyncio.gather(*(heard_in_its_place() for _ in range(3)))
    assert subject.fake.most_open >= 2
    if subject.concurrency:
        assert subject.fake.most_open <= subject.concurrency
        assert subject.adapter.capabilities.concurrency == subject.concurrency


async def test_closing_twice_is_fine_and_then_nothing_is_spoken(subject: RemoteSubject) -> None:
    await subject.adapter.aclose()
    await subject.adapter.aclose()
    error, _ = await subject.failing()
    assert isinstance(error, ProviderUnavailable)
    with pytest.raises(ProviderUnavailable):
        await subject.adapter.probe()


@pytest.mark.parametrize("knob", [Knob.NO_HEADERS, Knob.STALL])
async def test_closing_in_the_middle_of_speech_ends_it(subject: RemoteSubject, knob: Knob) -> None:
    needs(subject, knob)
    subject.turn(knob)
    speaking = asyncio.create_task(subject.failing())
    await until(lambda: subject.fake.open == 1)
    await subject.adapter.aclose()
    async with asyncio.timeout(SOON_S):
        error, _ = await speaking
        await subject.fake.idle()
    assert isinstance(error, ProviderError)
