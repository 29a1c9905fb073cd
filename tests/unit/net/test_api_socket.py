"""A websocket says only what it was told, fails in our own words, and is always left behind."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import time
from typing import TYPE_CHECKING

import pytest
from aiohttp import WSMsgType, web

from tests.fakes.clock import settle
from tests.fakes.telling import told
from tests.servers.proxy import Proxy
from tests.servers.raw_server import RawServer, head, sends
from tests.servers.small_app import SmallApp
from wyoming_tts.errors import (
    BadAudio,
    BadCredentials,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
)
from wyoming_tts.net.api_client import MAX_MESSAGE_BYTES, ApiClient
from wyoming_tts.net.endpoint import Endpoint
from wyoming_tts.net.http_session import HttpSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

KEY = "sk-0123456789abcdef"
TEXT = "mine-alone"
TURNS = 40


@pytest.fixture
async def session() -> AsyncIterator[HttpSession]:
    tasks = asyncio.all_tasks()
    opened = HttpSession()
    yield opened
    await opened.aclose()
    await settle()
    assert asyncio.all_tasks() - tasks <= {asyncio.current_task()}


def client(url: str, session: HttpSession, *, read_s: float = 2.0, proxy: str | None = None) -> ApiClient:
    endpoint = Endpoint("mine", url, {"xi-api-key": KEY}, connect_s=2.0, read_s=read_s, proxy=proxy)
    return ApiClient(endpoint, session)


async def failure(api: ApiClient) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        async with api.socket("speak", query={"text": TEXT}):
            raise AssertionError("was opened")
    assert KEY not in told(caught.value)
    assert TEXT not in told(caught.value)
    return caught.value


def talking(
    talk: Callable[[web.WebSocketResponse], Awaitable[None]],
) -> Callable[[web.Request], Awaitable[web.WebSocketResponse]]:
    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await talk(socket)
        return socket

    return answer


async def echo(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        await socket.send_str(message.data)


async def test_objects_go_out_and_in(session: HttpSession) -> None:
    async with SmallApp(talking(echo)) as app:
        async with client(f"{app.url}/v1", session).socket("speak", query={"model": "a b"}) as socket:
            await socket.send({"text": "Grüße"})
            assert await socket.receive() == {"text": "Grüße"}
            assert not socket.closed
            assert socket.close_code is None
        await asyncio.wait_for(app.idle(), 1.0)
        assert app.asked == [("GET", "/v1/speak?model=a+b")]
        assert app.headers[0]["xi-api-key"] == KEY


async def test_an_end_says_why(session: HttpSession) -> None:
    async def leave(socket: web.WebSocketResponse) -> None:
        await socket.close(code=4_003, message=b"done")

    async with SmallApp(talking(leave)) as app, client(app.url, session).socket("x") as socket:
        assert await socket.receive() is None
        assert await socket.receive() is None
        assert socket.closed
        assert socket.close_code == 4_003
        with pytest.raises(ProviderUnavailable):
            await socket.send({"text": "too late"})


@pytest.mark.parametrize("data", ["no json", "[1]", "1", "null", "[" * 100_000, b"\xff\xfe"])
async def test_what_is_no_object_is_no_audio(session: HttpSession, data: str | bytes) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await (socket.send_bytes(data) if isinstance(data, bytes) else socket.send_str(data))
        await socket.receive()

    async with SmallApp(talking(talk)) as app, client(app.url, session).socket("x") as socket:
        with pytest.raises(BadAudio):
            await socket.receive()


async def test_a_message_has_a_limit(session: HttpSession) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str("x" * (MAX_MESSAGE_BYTES + 1))
        await socket.receive()

    async with SmallApp(talking(talk)) as app, client(app.url, session).socket("x") as socket:
        assert await socket.receive() is None
        assert socket.close_code == 1009


async def test_silence_is_too_slow_and_the_line_stays_open(session: HttpSession) -> None:
    async with SmallApp(talking(echo)) as app, client(app.url, session, read_s=0.05).socket("x") as socket:
        with pytest.raises(ProviderTimeout):
            await socket.receive()
        with pytest.raises(ProviderTimeout):
            await socket.receive(within_s=0.01)
        await socket.send({"a": 1})
        assert await socket.receive(within_s=1.0) == {"a": 1}


async def test_a_line_that_breaks_is_an_end_without_a_farewell(session: HttpSession) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        await reader.read(10)

    async with RawServer(serve) as server, client(server.url, session).socket("x") as socket:
        await socket.send({"a": 1})
        assert await socket.receive() is None
        assert socket.close_code == 1006


async def shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    found = re.search(r"Sec-WebSocket-Key: (\S+)", await head(reader), re.IGNORECASE)
    assert found
    digest = hashlib.sha1(f"{found[1]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
    accept = base64.b64encode(digest).decode()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    writer.write("\r\n".join([*lines, f"Sec-WebSocket-Accept: {accept}", "", ""]).encode())
    await writer.drain()


async def test_a_server_that_never_reads_is_too_slow_and_can_be_left(session: HttpSession) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        await asyncio.Event().wait()

    async def flood() -> None:
        async with client(server.url, session, read_s=0.1).socket("x") as socket:
            while True:
                await socket.send({"text": "x" * 1_000_000})

    async with RawServer(serve) as server:
        began = time.monotonic()
        with pytest.raises(ProviderTimeout):
            await flood()
        assert time.monotonic() - began < 5.0


@pytest.mark.parametrize(("status", "kind"), [(401, BadCredentials), (429, RateLimited), (500, ProviderUnavailable)])
async def test_a_handshake_refused_tells_no_key(session: HttpSession, status: int, kind: type[ProviderError]) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"detail": KEY}, status=status, headers={"Retry-After": "7"})

    async with SmallApp(answer) as app:
        error = await failure(client(app.url, session))
    assert type(error) is kind
    assert error.retry_after_s == 7.0
    assert error.__context__ is None


@pytest.mark.parametrize(
    "raw", [b"garbage\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n\r\n"]
)
async def test_a_handshake_that_is_none_is_a_failure_of_ours(session: HttpSession, raw: bytes) -> None:
    async with RawServer(sends(raw)) as server:
        assert type(await failure(client(server.url, session))) in {ProviderUnavailable, ProviderError}


async def test_a_handshake_that_never_comes_is_too_slow(session: HttpSession) -> None:
    async with RawServer(sends(b"", stay=True)) as server:
        api = ApiClient(Endpoint("mine", server.url, {"xi-api-key": KEY}, connect_s=0.05, read_s=0.05), session)
        assert type(await failure(api)) is ProviderTimeout


async def test_the_key_follows_no_redirect(session: HttpSession) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        raise AssertionError("was contacted")

    async with SmallApp(elsewhere) as other:

        async def answer(_: web.Request) -> web.Response:
            raise web.HTTPFound(f"{other.url}/steal")

        async with SmallApp(answer) as app:
            assert type(await failure(client(app.url, session))) is ProviderUnavailable
        assert other.asked == []


async def test_a_proxy_that_refuses_tells_no_key(session: HttpSession) -> None:
    async with Proxy(refuses=403) as proxy:
        error = await failure(client("https://host.example", session, proxy=proxy.url))
    assert (type(error), error.detail) == (ProviderUnavailable, "the proxy does not let it through")


async def test_a_closed_house_opens_nothing(session: HttpSession) -> None:
    await session.aclose()
    assert type(await failure(client("http://127.0.0.1:1", session))) is ProviderUnavailable


async def test_closing_the_session_ends_what_is_open(session: HttpSession) -> None:
    async with SmallApp(talking(echo)) as app, client(app.url, session).socket("x") as socket:
        listening = asyncio.create_task(socket.receive())
        await settle()
        await session.aclose()
        assert await asyncio.wait_for(listening, 1.0) is None


async def test_closing_the_client_ends_what_is_open(session: HttpSession) -> None:
    async with SmallApp(talking(echo)) as app:
        api = client(app.url, session)
        async with api.socket("x") as socket:
            listening = asyncio.create_task(socket.receive())
            await settle()
            await api.aclose()
            assert await asyncio.wait_for(listening, 1.0) is None
        assert (await failure(api)).detail == "it is closed"


async def test_a_cancel_at_any_turn_leaves_nothing(session: HttpSession) -> None:
    async def talk(socket: web.WebSocketResponse) -> None:
        await socket.send_str("{}")
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)

    async with SmallApp(talking(talk)) as app:
        api = client(app.url, session)

        async def speak() -> None:
            async with api.socket("x") as socket:
                while True:
                    await socket.send({"a": 1})
                    await socket.receive()

        for turns in range(TURNS):
            speaking = asyncio.create_task(speak())
            await settle(turns)
            speaking.cancel()
            await asyncio.wait({speaking})
            assert speaking.cancelled()
            await asyncio.wait_for(app.idle(), 1.0)
        assert len(session.get().connector._acquired) == 0  # type: ignore[union-attr]
