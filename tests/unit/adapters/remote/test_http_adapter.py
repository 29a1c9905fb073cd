"""A connection is ready before somebody speaks, and kept ready while somebody does."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.fakes.clock import FakeClock
from tests.servers.small_app import SmallApp
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.http_adapter import IN_USE_S, REOPEN_AFTER_S, HttpAdapter
from wyoming_tts.errors import ProviderError, RateLimited, UtteranceRejected
from wyoming_tts.net.endpoint import Endpoint
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.audio import AudioFormat, AudioStream
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import Voice
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wyoming_tts.net.refusal import Refusal


class Speaking(HttpAdapter):
    """Asks its server and throws the answer away."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(local=False)

    async def list_voices(self) -> Sequence[Voice]:
        return (Voice("anna", ("en-GB",)),)

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        self.speaking()
        async with self.api.request("POST", "speak", json={"text": utterance.text}) as reply:
            yield AudioStream(AudioFormat(24_000), reply.body)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def app() -> AsyncIterator[SmallApp]:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"error": {"code": "busy"}}, status=400)

    async with SmallApp(answer) as running:
        yield running


@pytest.fixture
async def adapter(app: SmallApp, clock: FakeClock) -> AsyncIterator[Speaking]:
    def judge(refusal: Refusal, provider: str) -> ProviderError | None:
        return RateLimited(refusal.detail, provider=provider) if refusal.words else None

    context = AdapterContext(Path(), WorkerPool(None, clock=clock), clock, WorkerSettings())
    made = Speaking(Endpoint("mine", f"{app.url}/v1"), context, judge=judge)
    await made.start()
    yield made
    await made.aclose()
    await context.http.aclose()


async def speak(adapter: Speaking) -> None:
    with pytest.raises(RateLimited):
        async with adapter.synthesize(Utterance("hello", "anna")):
            raise AssertionError("was accepted")


async def test_it_has_the_name_of_its_endpoint_and_sends_nothing_unasked(adapter: Speaking, app: SmallApp) -> None:
    assert adapter.name == "mine"
    assert app.asked == []


async def test_a_connection_is_opened_once_until_it_is_old(adapter: Speaking, app: SmallApp, clock: FakeClock) -> None:
    await adapter.open_ahead()
    await adapter.open_ahead()
    assert app.asked == [("HEAD", "/v1/")]
    await clock.advance(REOPEN_AFTER_S)
    await adapter.open_ahead()
    assert len(app.asked) == 1
    await clock.advance(1.0)
    await adapter.open_ahead()
    assert len(app.asked) == 2


async def test_speaking_uses_it_and_makes_another_one_needless(
    adapter: Speaking, app: SmallApp, clock: FakeClock
) -> None:
    await adapter.open_ahead()
    await clock.advance(REOPEN_AFTER_S - 1)
    await speak(adapter)
    assert app.peers[0] == app.peers[1]
    await clock.advance(REOPEN_AFTER_S - 1)
    await adapter.open_ahead()
    assert [method for method, _ in app.asked] == ["HEAD", "POST"]


async def test_a_voice_in_use_is_kept_warm_and_others_are_not(
    adapter: Speaking, app: SmallApp, clock: FakeClock
) -> None:
    await adapter.warm("anna")
    assert app.asked == [], "nobody has spoken yet"
    await speak(adapter)
    for _ in range(3):
        await clock.advance(REOPEN_AFTER_S + 1)
        await adapter.warm("anna")
    assert [method for method, _ in app.asked] == ["POST", "HEAD", "HEAD", "HEAD"]
    await clock.advance(IN_USE_S)
    await adapter.warm("anna")
    assert len(app.asked) == 4, "nobody speaks any more"
    with pytest.raises(UtteranceRejected):
        await adapter.warm("no-such-voice")


async def test_a_server_that_is_gone_troubles_nobody_ahead(adapter: Speaking, app: SmallApp, clock: FakeClock) -> None:
    await speak(adapter)
    await app.__aexit__()
    await clock.advance(REOPEN_AFTER_S + 1)
    await adapter.open_ahead()
    await adapter.warm("anna")
