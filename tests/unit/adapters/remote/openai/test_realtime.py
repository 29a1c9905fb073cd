from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import FakeClock
from tests.servers.fake_api import Knob
from tests.servers.openai_realtime_server import OpenAiRealtimeServer
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.openai.build import build
from wyoming_tts.adapters.remote.openai.realtime_request import VERBATIM
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.errors import (
    BadAudio,
    BadCredentials,
    NoAudio,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.net.http_session import HttpSession
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wyoming_tts.adapters.remote.openai.adapter import OpenAiAdapter

TEXT = "What is the time in the kitchen, where it is 25 degrees?"


@pytest.fixture
async def fake() -> AsyncIterator[OpenAiRealtimeServer]:
    async with OpenAiRealtimeServer() as server:
        yield server


@asynccontextmanager
async def adapter(fake: OpenAiRealtimeServer, folder: Path, **keys: Any) -> AsyncIterator[OpenAiAdapter]:
    clock, http = FakeClock(), HttpSession()
    context = AdapterContext(folder, WorkerPool(None, clock=clock), clock, WorkerSettings(), http=http)
    settings = OpenAiSettings.model_validate({"preset": "openai-realtime", "base_url": fake.url, **keys})
    made = build("cloud", settings, context)
    try:
        await made.start()
        yield made
    finally:
        await made.aclose()
        await http.aclose()


async def spoken(adapter: OpenAiAdapter, text: str = TEXT, speed: float = 1.0) -> bytes:
    async with adapter.synthesize(Utterance(text, "marin", prosody=Prosody(speed))) as stream:
        return b"".join([chunk.pcm async for chunk in stream.chunks])


async def failing(fake: OpenAiRealtimeServer, folder: Path) -> tuple[ProviderError, int]:
    """Return how speaking failed and how many bytes were heard before."""
    heard = 0
    async with adapter(fake, folder) as cloud:
        with pytest.raises(ProviderError) as caught:
            async with cloud.synthesize(Utterance(TEXT, "marin")) as stream:
                async for chunk in stream.chunks:
                    heard += len(chunk.pcm)
    return caught.value, heard


async def test_it_is_told_to_read_the_text_outside_of_any_conversation(
    fake: OpenAiRealtimeServer, tmp_path: Path
) -> None:
    async with adapter(fake, tmp_path, instructions="Softly.") as cloud:
        assert await spoken(cloud, speed=3.0) == fake.audio
    update, create = fake.heard
    assert fake.asked[-1].query == {"model": "gpt-realtime-2.1-mini"}
    assert update["session"]["audio"]["output"] == {
        "format": {"type": "audio/pcm", "rate": 24_000},
        "voice": "marin",
        "speed": 1.5,
    }
    response = create["response"]
    assert response["conversation"] == "none"
    assert response["output_modalities"] == ["audio"]
    assert response["instructions"] == f"{VERBATIM}\n\nHow to say it: Softly."
    assert response["input"][0]["content"] == [{"type": "input_text", "text": TEXT}]


async def test_an_answer_in_place_of_the_text_is_never_heard(fake: OpenAiRealtimeServer, tmp_path: Path) -> None:
    fake.says = "It is half past ten in the kitchen, and rather warm for the time of the year."
    error, heard = await failing(fake, tmp_path)
    assert isinstance(error, BadAudio)
    assert not heard
    assert "half past" not in str(error)


async def test_a_text_that_is_left_in_the_middle_is_not_heard_further(
    fake: OpenAiRealtimeServer, tmp_path: Path
) -> None:
    fake.says = "What is the time in the kitchen, my dear friend? I think that it is late by now."
    error, heard = await failing(fake, tmp_path)
    assert isinstance(error, BadAudio)
    assert heard < len(fake.audio)


@pytest.mark.parametrize("says", ["What is the time", f"{TEXT} It is ten."])
async def test_less_or_more_than_the_text_is_no_speech(fake: OpenAiRealtimeServer, tmp_path: Path, says: str) -> None:
    fake.says = says
    error, _ = await failing(fake, tmp_path)
    assert isinstance(error, BadAudio)


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        ({"type": "invalid_request_error", "code": "invalid_value"}, UtteranceRejected),
        ({"type": "invalid_request_error", "code": "invalid_api_key"}, BadCredentials),
        ({"type": "rate_limit_error", "code": "rate_limit_exceeded"}, RateLimited),
        ({"type": "insufficient_quota", "code": "insufficient_quota"}, QuotaExhausted),
        ({"type": "server_error", "code": None}, ProviderUnavailable),
        ({"type": 7}, ProviderUnavailable),
    ],
)
async def test_an_error_event_is_told_by_its_code_words(
    fake: OpenAiRealtimeServer, tmp_path: Path, failure: dict[str, Any], kind: type[ProviderError]
) -> None:
    fake.failure = failure
    error, heard = await failing(fake, tmp_path)
    assert type(error) is kind
    assert not heard
    assert "quotes" not in str(error)


@pytest.mark.parametrize(
    ("status", "details", "kind"),
    [
        ("failed", {"error": {"type": "server_error", "code": None}}, SpeechCutOff),
        ("incomplete", {"reason": "max_output_tokens"}, SpeechCutOff),
        ("cancelled", None, SpeechCutOff),
    ],
)
async def test_a_response_that_was_broken_off_is_cut_off_speech(
    fake: OpenAiRealtimeServer, tmp_path: Path, status: str, details: dict[str, Any] | None, kind: type[ProviderError]
) -> None:
    fake.status, fake.details = status, details
    error, heard = await failing(fake, tmp_path)
    assert type(error) is kind
    assert heard


@pytest.mark.parametrize(
    ("status", "details", "kind"),
    [
        ("failed", {"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}, QuotaExhausted),
        ("incomplete", {"reason": "content_filter"}, UtteranceRejected),
        ("completed", None, NoAudio),
    ],
)
async def test_a_response_that_ends_before_its_audio_says_why(
    fake: OpenAiRealtimeServer, tmp_path: Path, status: str, details: dict[str, Any] | None, kind: type[ProviderError]
) -> None:
    fake.knob, fake.status, fake.details = Knob.EMPTY, status, details
    error, _ = await failing(fake, tmp_path)
    assert type(error) is kind


async def test_a_dash_is_not_handed_to_a_model_that_would_make_something_of_it(
    fake: OpenAiRealtimeServer, tmp_path: Path
) -> None:
    async with adapter(fake, tmp_path) as cloud:
        with pytest.raises(UtteranceRejected):
            await spoken(cloud, " -- ")
    assert not fake.heard


async def test_a_websocket_that_is_sent_elsewhere_stays(fake: OpenAiRealtimeServer, tmp_path: Path) -> None:
    async with OpenAiRealtimeServer() as elsewhere:
        fake.elsewhere = f"{elsewhere.url}/v1/realtime"
        error, _ = await failing(fake, tmp_path)
    assert isinstance(error, ProviderUnavailable)
    assert not elsewhere.asked
