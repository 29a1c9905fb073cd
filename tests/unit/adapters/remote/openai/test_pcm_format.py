"""Raw PCM plays at the rate that the server names, wherever it does."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from wyoming_tts.adapters.remote.openai.pcm_format import pcm_format
from wyoming_tts.net.reply import Reply


@pytest.mark.parametrize(
    ("headers", "rate"),
    [
        ({"Content-Type": "audio/pcm"}, 24_000),
        ({"Content-Type": "audio/L16; rate=16000; channels=1"}, 16_000),
        ({"Content-Type": 'audio/pcm;Rate="44100"'}, 44_100),
        ({"Content-Type": "audio/pcm_s16le", "X-Sample-Rate": "22050"}, 22_050),
        ({"Content-Type": "audio/pcm", "X-Audio-Sample-Rate": " 48000 "}, 48_000),
        ({"Content-Type": "audio/pcm;rate=50", "X-Sample-Rate": "16000"}, 16_000),
        ({"Content-Type": "audio/pcm;bitrate=16000"}, 24_000),
        ({"Content-Type": "audio/pcm;rate=1000", "X-Sample-Rate": "nonsense"}, 24_000),
        ({"Content-Type": "audio/pcm", "X-Sample-Rate": "999999"}, 24_000),
        ({"Content-Type": "audio/pcm", "X-Sample-Rate": "99999999999"}, 24_000),
    ],
)
async def test_the_rate_that_is_named_goes_before_the_one_in_the_settings(headers: dict[str, str], rate: int) -> None:
    async def speak(_request: web.Request) -> web.Response:
        return web.Response(body=b"\0\0", headers=headers)

    app = web.Application()
    app.add_routes([web.get("/", speak)])
    async with TestServer(app) as server, ClientSession() as session, session.get(server.make_url("/")) as response:
        assert pcm_format(Reply(response, "p"), 24_000).rate == rate
