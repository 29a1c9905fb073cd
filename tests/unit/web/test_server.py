"""Health for machines and one page for the owner, over a real socket."""

import re
from typing import NoReturn

import aiohttp
import pytest

from tests.fakes.house_parts import Parts, pcm_of, provider, request, two_adapters
from tests.fakes.word_adapter import Faults
from wyoming_tts.errors import AllProvidersFailed, ConfigError, ProviderUnavailable
from wyoming_tts.settings.address import HostPort
from wyoming_tts.synthesis.routing.catalog import Catalog
from wyoming_tts.synthesis.routing.router import Router
from wyoming_tts.synthesis.speaker import Speaker
from wyoming_tts.web.server import WebServer
from wyoming_tts.web.status import ProviderState


class Source:
    """What the web room sees of a house."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.unready: tuple[str, ...] = ()

    @property
    def catalog(self) -> Catalog:
        return self.parts.catalog

    @property
    def router(self) -> Router:
        return self.parts.router

    @property
    def speaker(self) -> Speaker:
        return self.parts.speaker

    async def provider_states(self) -> list[ProviderState]:
        return [ProviderState("one", "ready", voices=1, worker="running", memory_mb=42.0, restarts=2)]


@pytest.fixture
async def source() -> Source:
    _, one, two = two_adapters(faults=Faults(refuse=ProviderUnavailable))
    return Source(Parts(provider(one), provider(two)))


async def get(source: Source, path: str) -> tuple[int, str, dict[str, str]]:
    server = WebServer(HostPort("127.0.0.1", 0), lambda: source)
    await server.start()
    try:
        async with aiohttp.ClientSession() as session, session.get(f"http://{server.address}{path}") as answer:
            return answer.status, await answer.text(), {str(name): value for name, value in answer.headers.items()}
    finally:
        await server.aclose()
        await server.aclose()


async def test_live_as_soon_as_it_listens(source: Source) -> None:
    source.unready = ("No provider has a voice.",)
    status, body, _ = await get(source, "/health/live")
    assert status == 200
    assert '"live"' in body


async def test_ready_or_not_with_reasons(source: Source) -> None:
    assert (await get(source, "/health/ready"))[0] == 200
    source.unready = ("No provider has a voice.",)
    status, body, _ = await get(source, "/health/ready")
    assert status == 503
    assert "No provider has a voice." in body


async def test_the_page_shows_providers_voices_and_requests_but_not_what_was_said(source: Source) -> None:
    await pcm_of(source.speaker, request("Hush now.", voice="<script>alert(1)</script>", client="10.0.0.9"))
    status, body, headers = await get(source, "/")
    assert status == 200
    for shown in ("one", "42 MB", "restarted 2", "10.0.0.9", "two/v", "provider-unavailable", "complete"):
        assert shown in body
    assert "Hush" not in body
    assert "<script>" not in body
    assert "&lt;script&gt;" in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    (record,) = source.speaker.recent
    assert f'<time datetime="{record.at.isoformat(timespec="seconds")}">{record.at:%H:%M:%S}</time>' in body
    assert not re.search(r'(?:href|src)="(?:https?:)?//', body)


async def test_the_page_of_an_empty_house_says_so(source: Source) -> None:
    source.parts = Parts()
    source.unready = ("No provider has a voice.",)
    status, body, _ = await get(source, "/")
    assert status == 200
    assert "Not ready yet: No provider has a voice." in body


async def test_the_page_survives_that_nobody_can_speak_for_the_moment(source: Source) -> None:
    class Mute(Router):
        def default(self, wanted_language: str | None = None) -> NoReturn:  # noqa: ARG002 - as its base has it
            raise AllProvidersFailed([])

    parts = source.parts
    parts.router = Mute(parts.catalog, last_resort=None, default_voice=None, default_language="en")
    status, body, _ = await get(source, "/")
    assert status == 200
    assert "2 voices; nobody can speak now." in " ".join(body.split())


async def test_the_style_sheet_is_served_and_other_files_are_not(source: Source) -> None:
    assert (await get(source, "/static/page.css"))[0] == 200
    status, _, headers = await get(source, "/static/../server.py")
    assert status == 404
    assert "Content-Security-Policy" in headers


async def test_a_taken_port_is_one_sentence(source: Source) -> None:
    first = WebServer(HostPort("127.0.0.1", 0), lambda: source)
    await first.start()
    try:
        with pytest.raises(ConfigError, match=f"port {first.port} on 127.0.0.1 is already in use"):
            await WebServer(HostPort("127.0.0.1", first.port), lambda: source).start()
    finally:
        await first.aclose()
