"""The pipe between the task that makes audio and the one that needs it."""

import asyncio

import pytest

from wyoming_tts.speech.audio import Chunk, Mark
from wyoming_tts.synthesis.pipe import ChunkPipe


async def test_keeps_the_order_and_ends() -> None:
    pipe = ChunkPipe(100)
    for number in range(5):
        await pipe.put(Chunk(bytes([number])))
    pipe.end()
    assert [chunk.pcm async for chunk in pipe.chunks()] == [bytes([number]) for number in range(5)]


async def test_a_failure_arrives_after_the_audio_before_it_and_the_first_end_counts() -> None:
    pipe = ChunkPipe(100)
    await pipe.put(Chunk(b"a"))
    pipe.end(ValueError("first"))
    pipe.end()
    heard = []
    with pytest.raises(ValueError, match="first"):
        async for chunk in pipe.chunks():
            heard.append(chunk.pcm)  # noqa: PERF401 - the failure comes while iterating
    assert heard == [b"a"]


async def test_the_writer_waits_while_the_limit_is_unread() -> None:
    pipe = ChunkPipe(10)
    await pipe.put(Chunk(bytes(10)))
    writer = asyncio.ensure_future(pipe.put(Chunk(b"late")))
    await asyncio.sleep(0)
    assert not writer.done()
    chunks = pipe.chunks()
    assert len((await anext(chunks)).pcm) == 10
    await writer
    assert (await anext(chunks)).pcm == b"late"


async def test_the_reader_waits_for_the_writer() -> None:
    pipe = ChunkPipe(10)
    reader = asyncio.ensure_future(anext(pipe.chunks()))
    await asyncio.sleep(0)
    assert not reader.done()
    await pipe.put(Chunk(b"x"))
    assert (await reader).pcm == b"x"


async def test_what_waits_together_is_handed_over_as_one_up_to_a_size() -> None:
    pipe = ChunkPipe(100, joined_bytes=4)
    for number, pcm in enumerate([b"a", b"bcd", b"efghi", b"j", b"klmn"]):
        await pipe.put(Chunk(pcm, (Mark(number, 0.0),)))
    pipe.end()
    chunks = [chunk async for chunk in pipe.chunks()]
    assert [chunk.pcm for chunk in chunks] == [b"abcd", b"efghi", b"j", b"klmn"]
    assert [mark.offset for chunk in chunks for mark in chunk.marks] == [0, 1, 2, 3, 4]


async def test_what_was_joined_makes_room_for_all_of_it() -> None:
    pipe = ChunkPipe(4, joined_bytes=100)
    for _ in range(4):
        await pipe.put(Chunk(b"x"))
    writer = asyncio.ensure_future(pipe.put(Chunk(b"yyyy")))
    chunks = pipe.chunks()
    assert (await anext(chunks)).pcm == b"xxxx"
    await writer
    assert (await anext(chunks)).pcm == b"yyyy"
