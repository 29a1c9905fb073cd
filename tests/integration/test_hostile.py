"""Clients that break every rule: each gets a clear answer, costs little memory, and nobody else waits for it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.fakes.attacker import attack, connect, connect_deaf, line, synthesize
from tests.fakes.home_assistant import HomeAssistant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from tests.integration.conftest import Target

MAX_GROWTH_BYTES = 20 * 1024 * 1024
MEGABYTE = bytes(1024 * 1024)
TOO_MUCH = 2_000_000_000

BAD = {"bad-event", "event-too-large"}

REFUSED: list[tuple[str, Iterable[bytes], set[str]]] = [
    ("header of 1 MB without an end", repeat(b"a" * 65_536, 16), {"event-too-large"}),
    ("bad JSON", [b"{this is not JSON}\n"], {"bad-event"}),
    ("HTTP", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], {"bad-event"}),
    ("not UTF-8", [b'{"type": "\xff\xfe"}\n'], {"bad-event"}),
    ("a list", [b"[]\n"], {"bad-event"}),
    ("an empty line", [b"\n"], {"bad-event"}),
    ("10,000 levels", [b"[" * 10_000 + b"]" * 10_000 + b"\n"], {"bad-event"}),
    ("10,000 levels of data", [synthesize(b'{"a":' * 10_000 + b"1" + b"}" * 10_000)], {"bad-event"}),
    ("no type", [b'{"data": {}}\n'], {"bad-event"}),
    ("type is a number", [b'{"type": 3}\n'], {"bad-event"}),
    ("data is a list", [b'{"type": "describe", "data": [1]}\n'], {"bad-event"}),
    ("data_length is a text", [b'{"type": "synthesize", "data_length": "12"}\n'], {"bad-event"}),
    ("data_length is negative", [b'{"type": "synthesize", "data_length": -1}\n'], {"bad-event"}),
    ("data_length of 2 GB", [line(type="synthesize", data_length=TOO_MUCH)], {"event-too-large"}),
    ("payload of 2 GB", [line(type="a", payload_length=TOO_MUCH), *repeat(MEGABYTE, 300)], {"event-too-large"}),
    ("no text", [synthesize({})], {"bad-request"}),
    ("text is a number", [synthesize({"text": 5})], {"bad-request"}),
    ("text is a list", [synthesize({"text": ["a"]})], {"bad-request"}),
    ("voice is a text", [synthesize({"text": "a", "voice": "b"})], {"bad-request"}),
    ("voice name is a number", [synthesize({"text": "a", "voice": {"name": 1}})], {"bad-request"}),
    ("voice name is long", [synthesize({"text": "a", "voice": {"name": "b" * 10_000}})], {"bad-request"}),
    ("voice name is control codes", [synthesize({"text": "a", "voice": {"name": "\x1b[2J"}})], {"bad-request"}),
    ("text of 5 MB", [synthesize({"text": "a " * 2_500_000})], {"event-too-large", "text-too-long"}),
    ("text of 300,000 characters", [synthesize({"text": "a " * 150_000})], {"text-too-long"}),
    ("chunk without a start", [line(type="synthesize-chunk", data={"text": "a"})], {"bad-request"}),
    ("stop without a start", [line(type="synthesize-stop")], {"bad-request"}),
    ("two starts", [line(type="synthesize-start") * 2], {"bad-request"}),
    (
        "a stream without an end",
        [line(type="synthesize-start"), *repeat(line(type="synthesize-chunk", data={"text": "*" * 9000}), 100)],
        {"text-too-long"},
    ),
    ("1,000 requests at once", [synthesize({"text": "word " * 50}) * 1000], {"overloaded", "text-too-long"}),
]

SPOKEN = [
    ("no text to say", {"text": ""}),
    ("blank text", {"text": " \n\t "}),
    ("stars", {"text": "***"}),
    ("emoji", {"text": "\U0001f600\U0001f680"}),
    ("NUL inside", {"text": "a\0b"}),
    ("lone surrogates", {"text": "a \ud800 b \udc00"}),
    ("voice is null", {"text": "a", "voice": None, "context": {"x": [1]}}),
]


@pytest.fixture
async def watched(server: Target) -> AsyncIterator[Target]:
    """The server, whose memory must not have grown afterwards, nor meanwhile where the kernel tells."""
    process = psutil.Process(server.pid)
    before = process.memory_info().rss
    status = Path(f"/proc/{server.pid}")
    with suppress(OSError):
        (status / "clear_refs").write_text("5")  # the peak counts from now
    yield server
    peak = process.memory_info().rss
    with suppress(OSError, StopIteration):
        lines = (status / "status").read_text().splitlines()
        peak = next(int(text.split()[1]) * 1024 for text in lines if text.startswith("VmHWM"))
    assert peak - before < MAX_GROWTH_BYTES


async def serve_somebody_else(server: Target) -> None:
    async with asyncio.timeout(5):
        heard = await HomeAssistant(server.host, server.port).speak("Hello.")
    assert heard.ended_by_event
    assert heard.seconds > 0


@pytest.mark.parametrize(("pieces", "codes"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
async def test_refused_with_a_reason(watched: Target, pieces: Iterable[bytes], codes: set[str]) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        attacking = group.create_task(attack(watched.host, watched.port, pieces, until="error"))
        group.create_task(serve_somebody_else(watched))
    outcome = attacking.result()
    assert outcome.events[-1:] == ["error"]
    assert outcome.code in codes
    assert outcome.text


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in SPOKEN])
async def test_strange_but_answered(watched: Target, data: dict[str, object]) -> None:
    async with asyncio.timeout(20):
        outcome = await attack(watched.host, watched.port, [synthesize(data)])
    assert (outcome.events[0], outcome.events[-1]) == ("audio-start", "audio-stop")
    assert "audio-chunk" in outcome.events


async def test_unknown_voice_is_answered_or_refused(watched: Target) -> None:
    request = synthesize({"text": "Hello.", "voice": {"name": "nobody/of-this-name"}})
    async with asyncio.timeout(20):
        outcome = await attack(watched.host, watched.port, [request])
    assert outcome.events[-1] == "audio-stop" or outcome.code == "unknown-voice"


async def test_error_reaches_a_client_that_goes_on_sending(watched: Target) -> None:
    """And the connection is closed although the client is not done."""
    flood = [line(type="a", payload_length=TOO_MUCH), *repeat(MEGABYTE, 100_000)]
    async with asyncio.timeout(20):
        outcome = await attack(watched.host, watched.port, flood, until="never")
    assert outcome.events == ["error"]
    assert outcome.closed
    assert outcome.sent_bytes < 100_000 * len(MEGABYTE)


async def test_five_hundred_idlers_make_room_for_one_who_asks(watched: Target) -> None:
    idlers = [await connect(watched.host, watched.port) for _ in range(500)]
    try:
        await serve_somebody_else(watched)
        first_reader, _ = idlers[0]
        async with asyncio.timeout(5):
            assert await first_reader.read() == b""
    finally:
        for _, writer in idlers:
            writer.transport.abort()


async def test_slow_header_is_as_good_as_idle(watched: Target) -> None:
    """Many connections, each with half a header: the next client is served all the same."""
    slow = [await connect(watched.host, watched.port) for _ in range(200)]
    try:
        for _, writer in slow:
            writer.write(b'{"type": ')
        await serve_somebody_else(watched)
    finally:
        for _, writer in slow:
            writer.transport.abort()


async def test_client_that_never_reads_is_cut_off(watched: Target) -> None:
    """Hours of audio asked for and none taken: bounded memory, and an end after the write timeout."""
    reader, writer = await connect_deaf(watched.host, watched.port)
    try:
        writer.write(synthesize({"text": "word " * 8000}))
        await writer.drain()
        await serve_somebody_else(watched)
        async with asyncio.timeout(20 * watched.write_timeout_s):
            await _cut(reader, writer)
    finally:
        writer.transport.abort()


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Wait until the server has reset the connection: without reading, only writing shows it."""
    with suppress(OSError):
        while True:
            writer.write(b"\n")
            await writer.drain()
            if reader.exception() is not None:
                return
            await asyncio.sleep(0.05)


async def test_describe_flood_of_one_who_never_reads_is_bounded(watched: Target) -> None:
    reader, writer = await connect_deaf(watched.host, watched.port)
    try:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(10 * watched.write_timeout_s):
                while reader.exception() is None:
                    writer.write(line(type="describe") * 1000)
                    await writer.drain()
        await serve_somebody_else(watched)
    finally:
        writer.transport.abort()
