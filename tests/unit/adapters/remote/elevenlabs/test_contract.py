"""What every engine behind HTTP must do, by HTTP and by websocket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.elevenlabs_cloud import Cloud, cloud
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

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

TEXT = "Wellington keeps secrets in seven different drawers."
WORDS = 7
WORD_BYTES = 11_520
TURNS = 40


@pytest.fixture(params=["http", "websocket"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Cloud]:
    async with cloud(streamed=request.param == "websocket") as subject:
        yield subject


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def tasks_of(subject: Cloud) -> list[str]:
    """The adapter's tasks besides its watching."""
    names = [task.get_name() for task in asyncio.all_tasks()]
    return [name for name in names if name.endswith(f"of {subject.adapter.name}") and not name.startswith("voices")]


async def heard_until_failure(subject: Cloud) -> tuple[int, ProviderError]:
    heard = 0
    with pytest.raises(ProviderError) as caught:
        async with subject.adapter.synthesize(subject.utterance(TEXT)) as stream:
            async for chunk in stream.chunks:
                heard += len(chunk.pcm)
    return heard, caught.value


async def speaks_whole(subject: Cloud) -> None:
    subject.fake.knob = Knob.OK
    assert len((await subject.say(TEXT)).pcm) == WORDS * WORD_BYTES
    subject.adapter.answered("a1")
    await subject.fake.idle()


@pytest.mark.parametrize("knob", [Knob.OK, Knob.SLOW_HEADERS, Knob.SLOW_BODY])
async def test_all_is_heard_however_slowly_it_comes(subject: Cloud, knob: Knob) -> None:
    subject.fake.knob = knob
    assert len((await subject.say(TEXT)).pcm) == WORDS * WORD_BYTES


@pytest.mark.parametrize(
    ("knob", "kind", "has_heard"),
    [
        (Knob.NO_HEADERS, ProviderTimeout, False),
        (Knob.STALL, ProviderTimeout, True),
        (Knob.CUT, SpeechCutOff, True),
        (Knob.EMPTY, BadAudio, False),
        (Knob.WRONG_TYPE, BadAudio, False),
        (Knob.JSON, BadAudio, False),
        (Knob.GARBAGE, BadAudio, False),
        (Knob.BAD_REQUEST, UtteranceRejected, False),
        (Knob.UNAUTHORIZED, BadCredentials, False),
        (Knob.RATE_LIMITED, RateLimited, False),
        (Knob.SERVER_ERROR, ProviderUnavailable, False),
        (Knob.REDIRECT, ProviderUnavailable, False),
    ],
)
async def test_each_failure_has_its_kind_tells_no_secret_and_leaves_nothing(
    subject: Cloud, knob: Knob, kind: type[ProviderError], caplog: pytest.LogCaptureFixture, *, has_heard: bool
) -> None:
    subject.fake.knob = knob
    with capture_logs() as logs:
        heard, error = await heard_until_failure(subject)
    assert isinstance(error, kind)
    assert (heard > 0) is has_heard
    if knob is Knob.RATE_LIMITED and not subject.streamed:
        assert error.retry_after_s == RETRY_AFTER_S

    shown = " ".join([f"{one} {one!r}" for one in chain(error)] + [str(logs), caplog.text])
    assert subject.fake.key not in shown
    assert "drawers" not in shown
    await subject.fake.idle()
    assert tasks_of(subject) == []
    await speaks_whole(subject)


async def test_the_key_goes_in_a_header_and_nowhere_else(subject: Cloud) -> None:
    await subject.say(TEXT)
    for asked in subject.fake.asked:
        if asked.method != "HEAD":
            assert asked.headers["xi-api-key"] == subject.fake.key
        assert subject.fake.key not in f"{asked.path} {asked.query} {asked.body}"
    assert subject.fake.key not in str(subject.fake.sent)
    assert subject.fake.key not in repr(subject.adapter._settings)


async def test_a_server_that_is_gone_is_unavailable_and_its_voices_stay(subject: Cloud) -> None:
    voices = subject.adapter.voices()
    await subject.fake.__aexit__()
    with pytest.raises(ProviderUnavailable):
        await subject.say(TEXT)
    with pytest.raises(ProviderError):
        await subject.adapter.probe()
    assert subject.adapter.voices() == voices
    await subject.fake.__aenter__()
    await speaks_whole(subject)


async def test_leaving_early_closes_it_at_once(subject: Cloud) -> None:
    subject.fake.knob = Knob.STALL
    async with subject.adapter.synthesize(subject.utterance(TEXT)) as stream:
        await anext(stream.chunks)
    async with asyncio.timeout(0.3):
        await subject.fake.idle()
    await speaks_whole(subject)


async def test_a_cancel_at_any_turn_of_the_loop_leaves_nothing(subject: Cloud) -> None:
    for turns in range(TURNS):
        task = asyncio.create_task(subject.say(TEXT))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        subject.adapter.answered("a1")
    async with asyncio.timeout(1.0):
        await subject.fake.idle()
    assert tasks_of(subject) == []
    await speaks_whole(subject)


async def test_two_at_once_are_both_heard(subject: Cloud) -> None:
    said = await asyncio.gather(*(subject.say(TEXT, answer_id=f"a{number}") for number in range(2)))
    assert [len(one.pcm) for one in said] == [WORDS * WORD_BYTES] * 2


async def test_no_more_are_spoken_at_once_than_the_owner_allows() -> None:
    for streamed in (False, True):
        async with cloud(streamed=streamed, concurrency=2) as subject:
            subject.fake.knob = Knob.SLOW_BODY
            await asyncio.gather(*(subject.say("Two words.", answer_id=f"a{number}") for number in range(5)))
            assert subject.fake.most_open == 2


async def test_an_unknown_voice_is_rejected_without_a_request(subject: Cloud) -> None:
    asked = len(subject.fake.asked)
    with pytest.raises(UtteranceRejected):
        await subject.say(TEXT, voice="Nobody")
    assert len(subject.fake.asked) == asked


async def test_closing_twice_is_fine_and_then_nothing_is_spoken(subject: Cloud) -> None:
    await subject.adapter.aclose()
    await subject.adapter.aclose()
    with pytest.raises(ProviderUnavailable):
        await subject.say(TEXT)


async def test_closing_in_the_middle_ends_a_websocket_with_an_error() -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.knob = Knob.STALL
        with pytest.raises(SpeechCutOff):
            async with subject.adapter.synthesize(subject.utterance(TEXT)) as stream:
                async for _ in stream.chunks:
                    await subject.adapter.aclose()
