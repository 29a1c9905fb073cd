"""One announcement in ten rooms, over real sockets at both ends: it is spoken once, and every room hears all of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.fakes.clock import FakeClock, settle
from tests.fakes.model_host import until
from tests.fakes.wyoming_client import tcp_say, tcp_stream
from tests.servers.openai_server import OpenAiServer
from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.house import House
from wyoming_tts.settings.load import load
from wyoming_tts.wire.server import WyomingServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

ROOMS = 10
TEXT = "The kettle in the kitchen has boiled."
SETTINGS = """
providers:
  cloud: {{type: openai, base_url: '{url}/v1', concurrency: 1}}
  piper: {{type: piper, enabled: false}}
fallback: {{first_audio_s: 20, hedge: 'off'}}
"""


class Waiting(OpenAiServer):
    """Answers nobody until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.voices = ("anna",)
        self.voice_list = {"voices": ["anna"]}
        self.gate = asyncio.Event()

    async def _spoken(self, request: web.Request, audio: bytes, content_type: str) -> web.StreamResponse:
        await self.gate.wait()
        return await super()._spoken(request, audio, content_type)

    @property
    def times_asked(self) -> int:
        return sum(one.path.endswith("/audio/speech") for one in self.asked)


@asynccontextmanager
async def house_before(cloud: Waiting, folder: Path) -> AsyncIterator[tuple[House, int]]:
    """A house whose one voice is the cloud's, and its port."""
    file = folder / "settings.yaml"
    file.write_text(SETTINGS.format(url=cloud.url))
    settings = load(
        file,
        provider_types=PROVIDER_TYPES,
        default_providers=DEFAULT_PROVIDERS,
        environ={},
        overrides={"server.data_dir": str(folder / "data")},
    )
    house = House(settings, FakeClock())
    await house.start()
    server = WyomingServer("tcp://127.0.0.1:0", lambda: house)
    try:
        await server.start()
        assert server.port is not None
        yield house, server.port
    finally:
        await server.aclose()
        await house.aclose()


async def test_ten_rooms_that_ask_for_the_same_hear_one_synthesis(tmp_path: Path) -> None:
    async with Waiting() as cloud, house_before(cloud, tmp_path) as (house, port), asyncio.TaskGroup() as tasks:
        rooms = [tasks.create_task(tcp_say(port, TEXT, "cloud/anna")) for _ in range(ROOMS // 2)]
        rooms += [tasks.create_task(tcp_stream(port, [TEXT], "cloud/anna")) for _ in range(ROOMS // 2)]
        leaving = tasks.create_task(tcp_say(port, TEXT, "cloud/anna"))
        await until(lambda: house.speaker.active == ROOMS + 1 and cloud.open == 1)
        leaving.cancel()
        await until(lambda: house.speaker.active == ROOMS)
        await settle(200)
        cloud.gate.set()
        heard = [await room for room in rooms]
        assert cloud.times_asked == 1
        assert all(one.whole for one in heard)
        assert len({bytes(one.pcm) for one in heard}) == 1
        assert heard[0].seconds > 1.0
        await until(lambda: house.speaker.active == 0)
        await cloud.idle()


async def test_nobody_left_to_hear_it_ends_it(tmp_path: Path) -> None:
    async with Waiting() as cloud, house_before(cloud, tmp_path) as (house, port), asyncio.TaskGroup() as tasks:
        rooms = [tasks.create_task(tcp_say(port, TEXT, "cloud/anna")) for _ in range(ROOMS)]
        await until(lambda: house.speaker.active == ROOMS and cloud.open == 1)
        for room in rooms:
            room.cancel()
        await until(lambda: house.speaker.active == 0)
        await cloud.idle()
        assert cloud.times_asked == 1
        assert [provider.breaker.state for provider in house.providers] == ["closed"] * len(house.providers)
