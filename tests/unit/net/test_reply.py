"""Bodies come as they come, have an end, and never more than was allowed for."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tests.servers.raw_server import RawServer, head, sends
from wyoming_tts.errors import BadAudio, ProviderError, ProviderTimeout, ProviderUnavailable, SpeechCutOff
from wyoming_tts.net.api_client import ApiClient
from wyoming_tts.net.endpoint import Endpoint
from wyoming_tts.net.http_session import HttpSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.net.reply import Reply

OK = b"HTTP/1.1 200 OK\r\nContent-Type: Audio/WAV; codecs=1\r\nX-Left: 12\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@asynccontextmanager
async def reply_to(server: RawServer, *, read_s: float = 5.0) -> AsyncIterator[Reply]:
    session = HttpSession()
    try:
        async with server:
            client = ApiClient(Endpoint("mine", server.url, read_s=read_s), session)
            async with client.request("GET", "x") as reply:
                yield reply
    finally:
        await session.aclose()


def sized(body: bytes) -> bytes:
    return OK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


async def heard(reply: Reply) -> tuple[bytes, ProviderError | None]:
    """Return what came, and how it ended."""
    data = b""
    try:
        async for part in reply.body:
            assert part
            data += part
    except ProviderError as error:
        return data, error
    return data, None


async def test_the_head_says_what_it_is() -> None:
    async with reply_to(RawServer(sends(sized(b"abc")))) as reply:
        assert reply.content_type == "audio/wav"
        assert reply.header("x-left") == "12"
        assert reply.header("x-right") == ""
        assert await heard(reply) == (b"abc", None)
        assert [part async for part in reply.body] == [], "it is over, however often one asks"


async def test_a_body_leaves_as_soon_as_it_comes() -> None:
    go_on = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(CHUNKED + b"3\r\nabc\r\n")
        await go_on.wait()
        writer.write(b"2\r\nde\r\n0\r\n\r\n")
        await writer.drain()
        await reader.read()

    async with reply_to(RawServer(serve)) as reply:
        assert await anext(reply.body) == b"abc"
        go_on.set()
        assert await anext(reply.body) == b"de"
        with pytest.raises(StopAsyncIteration):
            await anext(reply.body)


@pytest.mark.parametrize(
    ("raw", "came", "kind"),
    [
        (OK + b"Content-Length: 10\r\n\r\nabc", b"abc", SpeechCutOff),
        (OK + b"Content-Length: 10\r\n\r\n", b"", ProviderUnavailable),
        (CHUNKED + b"3\r\nabc\r\n", b"abc", SpeechCutOff),
        (CHUNKED, b"", ProviderUnavailable),
        (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", b"abc", None),
        (OK + b"Connection: close\r\n\r\nabc", b"abc", None),
    ],
)
async def test_an_end_in_the_middle_is_told_from_an_end_in_order(
    raw: bytes, came: bytes, kind: type[ProviderError] | None
) -> None:
    async with reply_to(RawServer(sends(raw))) as reply:
        data, error = await heard(reply)
    assert data == came
    assert (None if error is None else type(error)) is kind


async def test_a_body_that_stalls_is_too_slow_also_after_audio() -> None:
    async with reply_to(RawServer(sends(CHUNKED + b"3\r\nabc\r\n", stay=True)), read_s=0.05) as reply:
        data, error = await heard(reply)
    assert data == b"abc"
    assert type(error) is ProviderTimeout


async def test_a_whole_body_has_a_limit() -> None:
    async with reply_to(RawServer(sends(sized(b"x" * 100)))) as reply:
        assert await reply.body.whole(100) == b"x" * 100
    async with reply_to(RawServer(sends(sized(b"x" * 101)))) as reply:
        with pytest.raises(BadAudio, match="more than 100 bytes"):
            await reply.body.whole(100)


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"\xff", b"[" * 100_000, b'{"a": ' + b"1" * 5_000 + b"}", b'{"a": 1} x']
)
async def test_what_is_no_json_is_another_kind_of_server(body: bytes) -> None:
    async with reply_to(RawServer(sends(sized(body)))) as reply:
        with pytest.raises(ProviderUnavailable, match="check its address"):
            await reply.json(1_000_000)


async def test_json_is_parsed_whatever_its_type_says() -> None:
    async with reply_to(RawServer(sends(sized(b'{"voices": ["a"]}')))) as reply:
        assert await reply.json(100) == {"voices": ["a"]}
