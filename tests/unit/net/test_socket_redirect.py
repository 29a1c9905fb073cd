"""Where a websocket's server sends somebody elsewhere, the key stays here."""

from __future__ import annotations

import pytest
from aiohttp import web

from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.net.api_client import ApiClient
from wyoming_tts.net.endpoint import Endpoint
from wyoming_tts.net.http_session import HttpSession


async def _served(app: web.Application) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, int(runner.addresses[0][1])


async def test_a_websocket_follows_no_redirect() -> None:
    heard: list[web.Request] = []

    async def elsewhere(request: web.Request) -> web.Response:
        heard.append(request)
        return web.Response()

    other = web.Application()
    other.router.add_get("/socket", elsewhere)
    second, port = await _served(other)

    async def moved(_: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"http://127.0.0.1:{port}/socket")

    app = web.Application()
    app.router.add_get("/socket", moved)
    first, port_of_first = await _served(app)
    session = HttpSession()
    client = ApiClient(Endpoint("cloud", f"http://127.0.0.1:{port_of_first}", {"xi-api-key": "secret"}), session)

    with pytest.raises(ProviderUnavailable):
        async with client.socket("socket"):
            pass

    assert heard == []
    await session.aclose()
    await first.cleanup()
    await second.cleanup()
