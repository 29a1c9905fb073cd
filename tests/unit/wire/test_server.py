"""Where the server listens, whom it lets in, and how it ends."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from wyoming.client import AsyncClient, AsyncTcpClient, AsyncUnixClient
from wyoming.event import Event, async_read_event

from tests.fakes.clock import FakeClock
from tests.fakes.house import FakeHouse
from wyoming_tts.errors import ConfigError
from wyoming_tts.protocol.framing import encode_event
from wyoming_tts.wire.limits import WireLimits
from wyoming_tts.wire.server import WyomingServer
from wyoming_tts.wire.stdio_listener import StdioListener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.wire.peer import Peer

TCP = "tcp://127.0.0.1:0"
HELLO = Event("synthesize", {"text": "Hello."})
DESCRIBE = Event("describe")
STOP = encode_event(Event("audio-stop"))


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@asynccontextmanager
async def serving(
    house: FakeHouse, uri: str = TCP, *, clock: Clock | None = None, **limits: float
) -> AsyncIterator[WyomingServer]:
    bounds = WireLimits(**{"linger_s": 0.3, **limits})  # type: ignore[arg-type]
    server = WyomingServer(uri, lambda: house, bounds, clock=clock)
    await server.start()
    try:
        yield server
    finally:
        await server.aclose()


async def client_of(server: WyomingServer) -> AsyncTcpClient:
    client = AsyncTcpClient(server.host or "", server.port or 0)
    await client.connect()
    return client


async def types(client: AsyncClient, until: str = "") -> list[str]:
    found = []
    async with asyncio.timeout(5):
        while (event := await client.read_event()) is not None:
            found.append(event.type)
            if event.type == until:
                break
    return found


@pytest.mark.parametrize("uri", [TCP, "tcp://[::1]:0", "tcp://0.0.0.0:0", "tcp://[::]:0", "tcp://localhost:0"])
async def test_tcp_on_any_family(house: FakeHouse, uri: str) -> None:
    async with serving(house, uri) as server:
        assert server.port
        assert server.uri.startswith("tcp://")
        assert server.uri.endswith(f":{server.port}")
        async with AsyncTcpClient(server.host or "", server.port) as client:
            await client.write_event(DESCRIBE)
            assert await types(client, "info") == ["info"]


async def test_info_says_who_the_server_is_and_whose_voices_it_relays(house: FakeHouse) -> None:
    house.instance, house.catalog.relays = "me", ("there",)
    async with serving(house) as server, AsyncTcpClient(server.host or "", server.port or 0) as client:
        await client.write_event(DESCRIBE)
        info = await client.read_event()
    assert info is not None
    assert (info.data["tts.instance"], info.data["tts.relayed"]) == ("me", ["there"])


async def test_any_address_of_ipv6_takes_ipv4_as_well(house: FakeHouse) -> None:
    async with serving(house, "tcp://[::]:0") as server, AsyncTcpClient("127.0.0.1", server.port or 0) as client:
        await client.write_event(HELLO)
        await types(client, "audio-stop")
    assert house.speaker.requests[0].client == "127.0.0.1"


async def test_port_in_use_is_one_sentence(house: FakeHouse) -> None:
    async with serving(house) as server:
        other = WyomingServer(server.uri, lambda: house)
        with pytest.raises(ConfigError, match=rf"Port {server.port} on 127.0.0.1 is already in use; "):
            await other.start()
        await other.aclose()


@pytest.mark.parametrize(
    "uri", ["", "10210", "http://a:1", "tcp://", "tcp://a", "tcp://:1", "tcp://a:x", "tcp://a:99999", "unix://"]
)
def test_other_addresses_are_refused(house: FakeHouse, uri: str) -> None:
    with pytest.raises(ConfigError):
        WyomingServer(uri, lambda: house)


async def test_address_of_another_machine_is_refused(house: FakeHouse) -> None:
    server = WyomingServer("tcp://203.0.113.1:0", lambda: house)
    with pytest.raises(ConfigError, match="no address"):
        await server.start()
    await server.aclose()


async def test_unix_socket_comes_and_goes(house: FakeHouse, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    async with serving(house, f"unix://{path}"):
        async with AsyncUnixClient(path) as client:
            await client.write_event(HELLO)
            assert (await types(client, "audio-stop"))[0] == "audio-start"
        other = WyomingServer(f"unix://{path}", lambda: house)
        with pytest.raises(ConfigError, match="answers"):
            await other.start()
        await other.aclose()
        assert path.exists()
    assert not path.exists()
    assert house.speaker.requests[0].client == "unix"


async def test_stale_unix_socket_is_replaced(house: FakeHouse, tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with serving(house, f"unix://{path}"), AsyncUnixClient(path) as client:
        await client.write_event(DESCRIBE)
        assert await types(client, "info") == ["info"]


@pytest.mark.parametrize("name", ["file", "x" * 120])
async def test_unix_path_that_cannot_be_is_refused(house: FakeHouse, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("keep me")
    server = WyomingServer(f"unix://{tmp_path / name}", lambda: house)
    with pytest.raises(ConfigError):
        await server.start()
    await server.aclose()
    assert (tmp_path / "file").read_text() == "keep me"


async def test_stdio_finishes_what_was_asked_after_the_end_of_input() -> None:
    """Through real pipes, as `echo … | wyoming-tts serve --uri stdio:// | …` would."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.servers.wire_server", "--uri", "stdio://"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(20):
        said, log = await process.communicate(encode_event(DESCRIBE) + encode_event(HELLO))
    assert process.returncode == 0
    assert b"failed" not in log
    reader = asyncio.StreamReader()
    reader.feed_data(said)
    reader.feed_eof()
    found = []
    while (event := await async_read_event(reader)) is not None:
        found.append(event.type)
    assert found[0] == "info"
    assert (found[1], found[-1]) == ("audio-start", "audio-stop")


async def test_stdio_needs_pipes(tmp_path: Path) -> None:
    def accept(peer: Peer) -> None:
        raise AssertionError(peer)

    with (tmp_path / "file").open("w+b") as file:
        listener = StdioListener(header_bytes=1024, input_fd=file.fileno(), output_fd=file.fileno())
        with pytest.raises(ConfigError, match="pipes"):
            await listener.open(accept)
        await listener.aclose()


async def test_longest_idle_makes_room(house: FakeHouse) -> None:
    async with serving(house, max_connections=2) as server:
        first, second = await client_of(server), await client_of(server)
        for client in (second, first):  # the second is now the longest idle
            await client.write_event(DESCRIBE)
            await types(client, "info")
        newcomer = await client_of(server)
        await newcomer.write_event(DESCRIBE)
        assert await types(newcomer, "info") == ["info"]
        assert await types(second) == []
        await first.write_event(DESCRIBE)
        assert await types(first, "info") == ["info"]
        assert server.connections == 2
        for client in (first, second, newcomer):
            await client.disconnect()


async def test_newcomer_is_told_where_all_are_busy(house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    async with serving(house, max_connections=1) as server:
        busy = await client_of(server)
        await busy.write_event(HELLO)
        await house.speaker.began.wait()
        newcomer = await client_of(server)
        event = await newcomer.read_event()
        assert event is not None
        assert (event.type, event.data["code"]) == ("error", "overloaded")
        house.script.gate.set()
        assert (await types(busy, "audio-stop"))[-1] == "audio-stop"
        await busy.disconnect()
        await newcomer.disconnect()


async def test_idle_connection_is_closed(house: FakeHouse) -> None:
    async with serving(house, idle_timeout_s=0.1) as server:
        client = await client_of(server)
        assert await types(client) == []
        await client.disconnect()
        client = await client_of(server)
        await client.write_event(HELLO)
        assert (await types(client))[-1] == "audio-stop"
        await client.disconnect()


async def test_speaking_is_not_idle(house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    async with serving(house, idle_timeout_s=0.05) as server:
        client = await client_of(server)
        await client.write_event(HELLO)
        await house.speaker.began.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.read_event()
        house.script.gate.set()
        assert (await types(client))[-1] == "audio-stop"
        await client.disconnect()


async def test_text_stream_may_pause_longer_than_an_idler_but_not_for_ever(house: FakeHouse) -> None:
    async with serving(house, idle_timeout_s=0.02, text_pause_s=0.2) as server:
        client = await client_of(server)
        began = asyncio.get_running_loop().time()
        await client.write_event(Event("synthesize-start"))
        event = await client.read_event()
        assert event is not None
        assert (event.type, event.data["code"]) == ("error", "bad-request")
        assert asyncio.get_running_loop().time() - began > 0.15
        await client.disconnect()


async def test_bad_event_waits_for_the_requests_before_it(house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    async with serving(house) as server:
        client = await client_of(server)
        await client.write_event(HELLO)
        await client.write_event(Event("synthesize-stop"))
        asyncio.get_running_loop().call_later(0.1, house.script.gate.set)
        found = await types(client)
        assert found[-2:] == ["audio-stop", "error"]
        await client.disconnect()


async def test_bad_event_within_a_text_stream_ends_it_at_once(house: FakeHouse) -> None:
    async with serving(house) as server:
        client = await client_of(server)
        house.script.gate = asyncio.Event()
        await client.write_event(Event("synthesize-start"))
        await client.write_event(Event("synthesize-chunk", {"text": "Hello."}))
        await house.speaker.began.wait()
        await client.write_event(Event("synthesize-chunk", {"text": 5}))
        assert await types(client) == ["error"]
        async with asyncio.timeout(5):
            await house.speaker.left.wait()
        await client.disconnect()


async def test_half_closed_while_speaking_is_gone(house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    async with serving(house) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b'{"type": "synthesize", "data": {"text": "Hello."}}\n')
        await house.speaker.began.wait()
        writer.write_eof()
        async with asyncio.timeout(5):
            await house.speaker.left.wait()
        writer.close()
        del reader


async def test_drain_closes_idlers_and_finishes_what_speaks(house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    async with serving(house) as server:
        idle, busy = await client_of(server), await client_of(server)
        await busy.write_event(HELLO)
        await house.speaker.began.wait()
        draining = asyncio.create_task(server.drain(5))
        assert await types(idle) == []
        with pytest.raises(OSError):  # noqa: PT011 - whichever way the kernel puts it
            await client_of(server)
        await busy.write_event(HELLO)
        house.script.gate.set()
        found = await types(busy)
        assert found.count("audio-stop") == 1
        assert found[-1] == "error"
        await busy.disconnect()
        await idle.disconnect()
        await draining


async def test_drain_tells_those_who_take_too_long(house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    async with serving(house) as server:
        client = await client_of(server)
        await client.write_event(HELLO)
        await house.speaker.began.wait()
        draining = asyncio.create_task(server.drain(0.05))
        assert await types(client) == ["error"]
        assert house.holders == 0
        await client.disconnect()
        await draining
        assert server.connections == 0


async def test_aclose_ends_everything_at_once(house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    async with serving(house) as server:
        client = await client_of(server)
        await client.write_event(HELLO)
        await house.speaker.began.wait()
        await server.aclose()
        assert (house.speaker.active, house.holders) == (0, 0)
        async with asyncio.timeout(1):
            await server.over()
        await server.aclose()
        with pytest.raises(OSError):  # noqa: PT011 - whichever way the kernel puts it
            await client_of(server)
        await client.disconnect()


async def test_reader_who_is_slow_but_takes_bytes_is_not_cut(house: FakeHouse) -> None:
    """One wait for room in the buffer lasts longer than the write timeout, but never so long without a byte."""
    house.script.seconds_per_char = 1.0
    async with serving(house, write_timeout_s=0.8) as server:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, (server.host, server.port))
        await loop.sock_sendall(sock, encode_event(Event("synthesize", {"text": "a" * 30})))
        received = b""
        began = loop.time()
        while not received.endswith(STOP):
            data = await loop.sock_recv(sock, 4096)
            assert data, "cut off"
            received += data
            if loop.time() - began < 4:
                await asyncio.sleep(0.04)  # about 100 kB a second, then as fast as it comes
        assert len(received) > 30 * 44_100
        sock.close()


async def starved(server: WyomingServer, text: str = "") -> AsyncTcpClient:
    """Return a client that has begun a text stream and waits."""
    client = await client_of(server)
    for event in (Event("synthesize-start"), Event("synthesize-chunk", {"text": text}), Event("ping")):
        await client.write_event(event)
    await types(client, "pong")
    return client


async def test_text_stream_takes_no_place_among_the_answers_before_its_first_text(house: FakeHouse) -> None:
    async with serving(house) as server:
        client = await starved(server)
        assert (house.speaker.requests, house.holders) == ([], 0)
        await client.write_event(Event("synthesize-chunk", {"text": "Hello."}))
        await client.write_event(Event("synthesize-stop"))
        assert (await types(client, "synthesize-stopped"))[0] == "audio-start"
        await client.disconnect()


async def test_where_all_are_busy_the_most_starved_text_stream_makes_room(house: FakeHouse) -> None:
    clock = FakeClock()
    async with serving(house, clock=clock, max_connections=2, spared_pause_s=10.0) as server:
        older = await starved(server, "Hello.")
        await house.speaker.began.wait()
        await clock.advance(6)
        younger = await starved(server)
        await clock.advance(4.1)
        newcomer = await client_of(server)
        await newcomer.write_event(HELLO)
        assert (await types(older))[-1] == "error"
        assert (await types(newcomer, "audio-stop"))[-1] == "audio-stop"
        await younger.write_event(Event("synthesize-stop"))
        assert (await types(younger, "synthesize-stopped"))[-1] == "synthesize-stopped"
        for client in (older, younger, newcomer):
            await client.disconnect()


async def test_text_stream_that_paused_just_now_is_spared(house: FakeHouse) -> None:
    clock = FakeClock()
    async with serving(house, clock=clock, max_connections=1, spared_pause_s=10.0) as server:
        client = await starved(server)
        await clock.advance(9.9)
        newcomer = await client_of(server)
        assert await types(newcomer) == ["error"]
        await client.write_event(Event("synthesize-stop"))
        assert (await types(client, "synthesize-stopped"))[-1] == "synthesize-stopped"
        for one in (client, newcomer):
            await one.disconnect()


async def test_text_stream_whose_audio_is_still_on_its_way_is_spared(house: FakeHouse) -> None:
    clock = FakeClock()
    house.script.seconds_per_char = 20.0
    async with serving(house, clock=clock, max_connections=1) as server:
        sock = await slow_reader(server)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(sock, b'{"type": "synthesize-start"}\n')
        await loop.sock_sendall(sock, encode_event(Event("synthesize-chunk", {"text": "Hello."})))
        await loop.sock_recv(sock, 4096)
        await clock.advance(100)
        newcomer = await client_of(server)
        assert await types(newcomer) == ["error"]
        await newcomer.disconnect()
        sock.close()


async def slow_reader(server: WyomingServer) -> socket.socket:
    """Return a connected socket whose kernel holds next to nothing for it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, (server.host, server.port))
    return sock


async def test_reader_at_the_pace_of_speech_is_not_cut_by_a_short_write_budget(house: FakeHouse) -> None:
    """A kernel left to itself would hold a minute of audio and ask for more only after the budget."""
    house.script.seconds_per_char = 10.0
    async with serving(house, write_timeout_s=1.5) as server:
        sock, loop = await slow_reader(server), asyncio.get_running_loop()
        await loop.sock_sendall(sock, encode_event(Event("synthesize", {"text": "a" * 60})))
        began, received = loop.time(), 0
        while (left := received / 44_100 - (loop.time() - began)) < 5 and loop.time() - began < 5:
            await asyncio.sleep(max(0.0, left))
            received += len(await loop.sock_recv(sock, 4096))
            assert server.connections == 1, "cut off"
        sock.close()


async def test_many_small_events_in_one_packet_let_others_in_between(house: FakeHouse) -> None:
    """Each gives way once: nobody waits for more than one of them."""
    turns, events = 0, 5000

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with serving(house) as server:
        client = await client_of(server)
        reader, writer = await asyncio.open_connection(server.host, server.port)
        turning = asyncio.create_task(turn())
        writer.write(b'{"type":"a"}\n' * events + b'{"type":"ping"}\n')
        async with asyncio.timeout(20):
            assert b"pong" in await reader.readline()
        turning.cancel()
        assert turns >= events
        writer.close()
        await writer.wait_closed()
        await client.disconnect()


async def test_answer_cut_at_the_end_ends_with_an_error_after_a_whole_event(house: FakeHouse) -> None:
    """Although its reader is slow: at the pace of speech."""
    house.script.seconds_per_char = 10.0
    async with serving(house, linger_s=2.0) as server:
        sock, loop = await slow_reader(server), asyncio.get_running_loop()
        await loop.sock_sendall(sock, encode_event(Event("synthesize", {"text": "a" * 60})))
        reader = asyncio.StreamReader()
        reader.feed_data(await loop.sock_recv(sock, 4096))
        await house.speaker.began.wait()

        async def stop() -> None:
            await server.drain(0.3)
            await server.aclose()

        stopping = asyncio.create_task(stop())
        async with asyncio.timeout(20):
            while data := await loop.sock_recv(sock, 4096):
                reader.feed_data(data)
                await asyncio.sleep(0.0 if stopping.done() else len(data) / 44_100)
        reader.feed_eof()
        await stopping
        sock.close()
        events = []
        while (event := await async_read_event(reader)) is not None:
            events.append(event.type)
        assert reader.at_eof()
        assert events[-1] == "error"
        assert events.count("error") == 1
        assert "audio-stop" not in events
