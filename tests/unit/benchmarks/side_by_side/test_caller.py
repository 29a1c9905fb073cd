"""The clients, against a real socket: what they note, and what they say of an answer that is not whole."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from benchmarks.memory_server import MemoryServer
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.caller import hear_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[int]:
    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def test_a_text_in_one_piece_and_a_text_stream_are_heard_whole() -> None:
    sentence = "This first sentence is written in pieces, and it is a long one, of eighty letters."
    async with server(MemoryServer(2.5, b"").serve) as port:
        calls = [Call("Hello."), Call(f"{sentence} More.", token_s=0.001, sentence_chars=len(sentence))]
        whole, stream = await hear_all(port, None, calls)
    for heard in (whole, stream):
        assert heard.error == ""
        assert heard.audio_s == pytest.approx(2.5, abs=0.001)
        assert 0 < heard.first_audio_s <= heard.ended_s
    assert whole.sentence_sent_s == 0
    # The memory server speaks at the first token, so the sentence ends later.
    assert stream.after_sentence_s < 0


async def test_a_call_is_made_at_its_moment() -> None:
    async with server(MemoryServer(0.1, b"").serve) as port:
        now, later = await hear_all(port, None, [Call("Now."), Call("Later.", at_s=0.05)])
    assert now.began_s < 0.05 <= later.began_s


async def test_who_leaves_hears_the_first_chunk_only() -> None:
    async with server(MemoryServer(60.0, b"").serve) as port:
        (heard,) = await hear_all(port, None, [Call("Hello.", leaves=True)])
    assert (heard.error, len(heard.chunks)) == ("", 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "the connection ended"),
        (b'{"type": "audio-stop"}\n', "no audio"),
        (b'{"type": "error", "data": {"text": "no", "code": "overloaded"}}\n', "overloaded"),
    ],
)
async def test_an_answer_that_is_none_says_why(answer: bytes, error: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with server(serve) as port:
        (heard,) = await hear_all(port, None, [Call("Hello.")])
    assert heard.error == error
