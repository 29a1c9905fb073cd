"""Telling a server to stop: once, for a moment, and nothing is left of it."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from tests.servers.small_app import SmallApp
from wyoming_tts.adapters.remote.alltalk.stopper import Stopper
from wyoming_tts.net.api_client import ApiClient
from wyoming_tts.net.endpoint import Endpoint
from wyoming_tts.net.http_session import HttpSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def complaints() -> AsyncIterator[list[dict[str, Any]]]:
    """Yield what the event loop complains of, an exception that nobody looked at, say."""
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    yield told
    asyncio.get_running_loop().set_exception_handler(None)


@pytest.fixture
async def session() -> AsyncIterator[HttpSession]:
    opened = HttpSession()
    yield opened
    await opened.aclose()


def stopper(url: str, session: HttpSession) -> Stopper:
    return Stopper(ApiClient(Endpoint("mine", url, read_s=1.0), session))


async def test_two_who_leave_at_once_tell_it_once(session: HttpSession) -> None:
    answer_now = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await answer_now.wait()
        return web.json_response({})

    async with SmallApp(answer) as app:
        telling = stopper(app.url, session)
        await asyncio.gather(telling.stop(), telling.stop())
        assert app.asked == [("PUT", "/api/stop-generation")]
        answer_now.set()
        await telling.settled()
        await telling.stop()
        assert len(app.asked) == 2, "somebody else, later"


@pytest.mark.parametrize("status", [404, 500])
async def test_a_server_that_cannot_be_told_is_no_trouble(
    session: HttpSession, complaints: list[dict[str, Any]], status: int
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"detail": "no"}, status=status)

    async with SmallApp(answer) as app:
        telling = stopper(app.url, session)
        await telling.stop()
        assert app.asked == [("PUT", "/api/stop-generation")]
    del telling
    gc.collect()
    assert complaints == []


async def test_closed_it_tells_nobody(session: HttpSession) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({})

    async with SmallApp(answer) as app:
        telling = stopper(app.url, session)
        await telling.settled()
        await telling.aclose()
        await telling.aclose()
        await telling.stop()
        assert app.asked == []
