from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.remote_subject import KEY, Shelf
from tests.fakes.clock import FakeClock
from tests.fakes.noted_threads import NotedThreads
from tests.servers.fake_api import Knob
from tests.servers.openai_server import (
    ERROR_SHAPES,
    RATE,
    SECRETS,
    VOICE_LISTS,
    VOICES,
    OpenAiServer,
    detail_text,
    openai_error,
)
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.openai.build import build
from wyoming_tts.adapters.remote.openai.presets import FIRST_VOICES
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.errors import (
    BadCredentials,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    UtteranceRejected,
)
from wyoming_tts.net.http_session import HttpSession
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wyoming_tts.adapters.remote.openai.adapter import OpenAiAdapter
    from wyoming_tts.speech.audio import AudioFormat

TEXT = "Hush, a word of the house."


@pytest.fixture
async def fake() -> AsyncIterator[OpenAiServer]:
    async with OpenAiServer() as server:
        yield server


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[AdapterContext]:
    clock, http = FakeClock(), HttpSession()
    yield AdapterContext(tmp_path, WorkerPool(None, clock=clock), clock, WorkerSettings(), http=http, memory=Shelf())
    await http.aclose()


@asynccontextmanager
async def adapter(
    url: str, context: AdapterContext, *, start: bool = True, **keys: Any
) -> AsyncIterator[OpenAiAdapter]:
    made = build("cloud", OpenAiSettings.model_validate({"base_url": url, **keys}), context)
    try:
        if start:
            await made.start()
        yield made
    finally:
        await made.aclose()


async def spoken(adapter: OpenAiAdapter, voice: str = "alloy", text: str = TEXT) -> tuple[AudioFormat, bytes]:
    async with adapter.synthesize(Utterance(text, voice)) as stream:
        return stream.format, b"".join([chunk.pcm async for chunk in stream.chunks])


def names(adapter: OpenAiAdapter) -> list[str]:
    return [voice.name for voice in adapter.voices()]


@pytest.mark.parametrize("response_format", ["wav", "pcm", "mp3", "opus", "flac"])
async def test_every_format_is_heard(fake: OpenAiServer, context: AdapterContext, response_format: str) -> None:
    async with adapter(fake.url, context, response_format=response_format) as cloud:
        format_, pcm = await spoken(cloud)
    assert fake.sent[0]["response_format"] == response_format
    assert format_.seconds(len(pcm)) == pytest.approx(len(fake.audio) / (2 * RATE), abs=0.1)
    if response_format in {"wav", "pcm", "flac"}:
        assert pcm == fake.audio


async def test_raw_pcm_has_the_rate_that_the_owner_says(fake: OpenAiServer, context: AdapterContext) -> None:
    async with adapter(fake.url, context, response_format="pcm", rate=16_000) as cloud:
        assert (await spoken(cloud))[0].rate == 16_000


@pytest.mark.parametrize("shape", VOICE_LISTS)
async def test_voices_are_found_in_every_shape(fake: OpenAiServer, context: AdapterContext, shape: str) -> None:
    fake.voice_list = VOICE_LISTS[shape]
    async with adapter(fake.url, context) as cloud:
        assert names(cloud) == list(VOICES)
        assert (await spoken(cloud, "coral"))[1]
    assert fake.sent[0]["voice"] == "coral"


async def test_a_list_is_made_into_voices_in_a_thread_since_it_may_be_long(
    fake: OpenAiServer, context: AdapterContext
) -> None:
    threads = NotedThreads()
    asyncio.get_running_loop().set_default_executor(threads)
    async with adapter(fake.url, context) as cloud:
        assert names(cloud) == list(VOICES)
    assert {"listed", "offered_voices"} <= set(threads.noted)


async def test_a_server_without_lists_is_there_and_has_the_usual_voices(
    fake: OpenAiServer, context: AdapterContext
) -> None:
    fake.voice_list = fake.model_list = None
    async with adapter(fake.url, context) as cloud:
        assert names(cloud) == list(FIRST_VOICES)
        await cloud.probe()


@pytest.mark.parametrize("keys", [{}, {"voices": ["alloy"]}])
async def test_a_refused_key_is_found_without_speaking(
    fake: OpenAiServer, context: AdapterContext, keys: dict[str, Any]
) -> None:
    fake.key = KEY
    async with adapter(fake.url, context, start=False, api_key="wrong", **keys) as cloud:
        with pytest.raises(BadCredentials):
            await cloud.probe()
    async with adapter(fake.url, context, start=False, api_key=KEY, **keys) as cloud:
        await cloud.probe()
    assert not fake.sent


async def test_a_key_stands_in_the_header_alone(fake: OpenAiServer, context: AdapterContext) -> None:
    fake.key = KEY
    async with adapter(fake.url, context, api_key=KEY) as cloud:
        await spoken(cloud)
    for asked in fake.asked:
        assert asked.headers["Authorization"] == f"Bearer {KEY}"
        assert KEY not in asked.path + str(asked.query) + str(asked.body)


def missing_scope(status: int) -> object:  # noqa: ARG001 - the same for each
    return {"error": {"message": SECRETS, "type": "invalid_request_error", "param": None, "code": "missing_scope"}}


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_may_speak_and_not_list_is_a_good_one(
    fake: OpenAiServer, context: AdapterContext, status: int
) -> None:
    fake.refuse_lists, fake.error_shape = status, missing_scope
    async with adapter(fake.url, context) as cloud:
        assert (await spoken(cloud))[1]


async def test_a_server_that_fails_at_its_list_is_not_there(fake: OpenAiServer, context: AdapterContext) -> None:
    fake.refuse_lists = 500
    async with adapter(fake.url, context, start=False) as cloud:
        with pytest.raises(ProviderUnavailable):
            await cloud.start()


async def test_the_voices_of_the_owner_are_known_before_the_server_is(context: AdapterContext) -> None:
    async with OpenAiServer() as gone:
        pass
    async with adapter(gone.url, context, start=False, voices=["anna"]) as cloud:
        with pytest.raises(ProviderUnavailable):
            await cloud.start()
        assert names(cloud) == ["anna"]


async def test_a_list_that_changed_is_followed_and_an_empty_one_is_not(
    fake: OpenAiServer, context: AdapterContext
) -> None:
    async with adapter(fake.url, context) as cloud:
        fake.voice_list = ["alloy", "new"]
        await cloud.probe()
        assert names(cloud) == ["alloy", "new"]
        fake.voice_list = {"voices": []}
        fake.model_list = None
        await cloud.probe()
        assert (await spoken(cloud))[1]


async def test_a_list_that_has_gone_is_no_other_list(fake: OpenAiServer, context: AdapterContext) -> None:
    """A proxy before a server that is down says 404 to everything."""
    fake.voice_list = ["anna", "bert"]
    async with adapter(fake.url, context) as cloud:
        fake.voice_list = fake.model_list = None
        with pytest.raises(ProviderUnavailable, match="has gone"):
            await cloud.probe()
        assert names(cloud) == ["anna", "bert"]


async def test_a_voice_of_the_last_list_is_looked_up_for_its_model(fake: OpenAiServer, context: AdapterContext) -> None:
    fake.voice_list = {"data": [{"id": "big", "voices": ["anna"]}]}
    fake.models, fake.voices = ("big",), ("anna",)
    async with adapter(fake.url, context):
        pass
    fake.refuse_lists = 500
    async with adapter(fake.url, context, start=False) as later:
        with pytest.raises(ProviderError):
            await later.start()
        assert names(later) == ["anna"]
        fake.refuse_lists = 0
        assert (await spoken(later, "anna"))[1]
        assert fake.sent[-1]["model"] == "big"


async def test_each_voice_speaks_in_its_own_way(fake: OpenAiServer, context: AdapterContext) -> None:
    calm = {"name": "calm", "voice": "coral", "model": "gpt-4o-mini-tts", "instructions": "Softly.", "speed": 0.5}
    async with adapter(fake.url, context, voices=["alloy", calm], instructions="Clearly.") as cloud:
        await spoken(cloud, "alloy")
        await spoken(cloud, "calm")
    kept = ("voice", "model", "instructions", "speed")
    assert [{key: sent.get(key) for key in kept} for sent in fake.sent] == [
        {"voice": "alloy", "model": "tts-1", "instructions": "Clearly.", "speed": None},
        {"voice": "coral", "model": "gpt-4o-mini-tts", "instructions": "Softly.", "speed": 0.5},
    ]


async def test_a_text_that_is_too_long_is_not_sent(fake: OpenAiServer, context: AdapterContext) -> None:
    async with adapter(fake.url, context, max_chars=20) as cloud:
        assert cloud.capabilities.max_chars == 20
        with pytest.raises(UtteranceRejected) as caught:
            await spoken(cloud, text="x" * 21)
        assert (await spoken(cloud, text="x" * 20))[1]
    assert "20" in str(caught.value)
    assert len(fake.sent) == 1


@pytest.mark.parametrize("shape", ERROR_SHAPES)
@pytest.mark.parametrize("knob", [Knob.BAD_REQUEST, Knob.SERVER_ERROR])
async def test_a_refusal_of_any_shape_is_told_in_code_words(
    fake: OpenAiServer, context: AdapterContext, shape: Any, knob: Knob
) -> None:
    fake.knob, fake.error_shape = knob, shape
    async with adapter(fake.url, context) as cloud:
        with pytest.raises(ProviderError) as caught:
            await spoken(cloud)
    assert isinstance(caught.value, UtteranceRejected if knob is Knob.BAD_REQUEST else ProviderUnavailable)
    assert caught.value.detail.startswith(f"HTTP {knob.value}")
    assert not {"sk-secret", "Hush"} & set(str(caught.value).split())


def no_quota(status: int) -> object:  # noqa: ARG001 - the same for each
    kind = "insufficient_quota"
    return {"error": {"message": SECRETS, "type": kind, "param": None, "code": kind}}


async def test_an_empty_account_is_told_from_too_many_requests(fake: OpenAiServer, context: AdapterContext) -> None:
    fake.knob, fake.error_shape = Knob.RATE_LIMITED, no_quota
    async with adapter(fake.url, context) as cloud:
        with pytest.raises(QuotaExhausted):
            await spoken(cloud)


async def test_a_model_that_is_not_there_is_no_fault_of_the_server(fake: OpenAiServer, context: AdapterContext) -> None:
    fake.error_shape = openai_error
    async with adapter(fake.url, context, model="no-such") as cloud:
        with pytest.raises(UtteranceRejected) as caught:
            await spoken(cloud)
    assert "model_not_found" in caught.value.detail


async def test_a_bare_404_is_read_by_whether_the_server_has_listed_its_voices(
    fake: OpenAiServer, context: AdapterContext
) -> None:
    """Chatterbox-TTS-Server and Speaches answer an unknown voice or model as others do an unknown path."""
    fake.error_shape = detail_text
    async with adapter(fake.url, context, model="no-such") as cloud:
        with pytest.raises(UtteranceRejected):
            await spoken(cloud)
    fake.voice_list = None
    async with adapter(fake.url, context, model="no-such") as cloud:
        with pytest.raises(ProviderUnavailable) as caught:
            await spoken(cloud)
    assert "check base_url, model and voices" in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "free", "streams"),
    [
        ({}, True, True),
        ({"price_per_1000_characters": 0.1}, False, True),
        ({"preset": "openai"}, False, True),
        ({"preset": "chatterbox"}, True, False),
    ],
)
async def test_what_it_declares(
    fake: OpenAiServer, context: AdapterContext, keys: dict[str, Any], *, free: bool, streams: bool
) -> None:
    async with adapter(fake.url, context, start=False, concurrency=3, **keys) as cloud:
        declared = cloud.capabilities
    assert (declared.free, declared.streams, declared.concurrency) == (free, streams, 3)
    assert declared.free_probe
    assert declared.local, "the fake is on this machine"
    assert not declared.marks


async def test_a_server_that_speaks_no_http_is_not_told_about_with_the_key(context: AdapterContext) -> None:
    """The library's error for it holds the whole request, and must not even be the context of ours."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with adapter(f"http://127.0.0.1:{port}", context, start=False, api_key=KEY) as cloud:
            with pytest.raises(ProviderUnavailable) as caught:
                await cloud.start()
    part: BaseException | None = caught.value
    while part is not None:
        assert KEY not in str(part) + repr(part)
        part = part.__cause__ or part.__context__
