"""The server as a process: what a client hears, how it starts, how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from typing import TYPE_CHECKING

import aiohttp
import psutil
import pytest
from wyoming.client import AsyncTcpClient, AsyncUnixClient
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize

from tests.fakes.wyoming_client import WITHIN_S, describe, listen, say, stream, tcp_say, tcp_stream
from tests.servers.real_server import real_server

if TYPE_CHECKING:
    from pathlib import Path

FOX = "The quick brown fox jumps over the lazy dog."
LONG = " ".join(f"This is sentence number {number} of a long story." for number in range(40))


def speech(heard_seconds: float, peak: int) -> bool:
    return heard_seconds > 1.0 and peak > 2000


async def test_an_empty_home_speaks_one_shot_and_as_a_text_stream(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        port = await server.port()
        one_shot = await tcp_say(port, FOX)
        streamed = await tcp_stream(port, (FOX[start : start + 4] for start in range(0, len(FOX), 4)))
    assert one_shot.whole
    assert streamed.whole
    assert streamed.events[-2:] == ["audio-stop", "synthesize-stopped"]
    assert speech(one_shot.seconds, one_shot.peak)
    assert speech(streamed.seconds, streamed.peak)
    assert abs(one_shot.seconds - streamed.seconds) < 0.1


async def test_several_requests_in_turn_describe_and_ping_on_one_connection(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server, AsyncTcpClient("127.0.0.1", await server.port()) as client:
        info = await describe(client)
        assert [program.name for program in info.tts] == ["wyoming-tts"]
        assert info.tts[0].supports_synthesize_streaming
        assert len(info.tts[0].voices) > 100
        for voice in ("espeak/en-gb", "espeak/de", "espeak/en-us+f3", None):
            assert (await say(client, FOX, voice)).whole
        assert (await stream(client, [FOX])).whole
        await client.write_event(Ping(text="x").event())
        pong = await client.read_event()
        assert pong is not None
        assert Pong.from_event(pong).text == "x"


async def test_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "tts.sock"
    async with real_server(tmp_path, uri=f"unix://{path}") as server:
        await server.said("listening")
        async with AsyncUnixClient(str(path)) as client:
            assert (await say(client, FOX)).whole
        server.terminate()
        assert await server.exit_code() == 0
    assert not path.exists()


async def test_stdio_finishes_what_was_asked_and_exits_0(tmp_path: Path) -> None:
    async with real_server(tmp_path, uri="stdio://", stdio=True) as server:
        stdin, stdout = server.process.stdin, server.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(b'{"type": "synthesize", "data": {"text": "Hello there, this is standard output."}}\n')
        stdin.close()
        async with asyncio.timeout(WITHIN_S):
            answer = await stdout.read()
        assert await server.exit_code() == 0
    assert answer.count(b'"audio-start"') == answer.count(b'"audio-stop"') == 1
    assert len(answer) > 40_000


async def test_wyoming_s_own_http_front_returns_a_wav(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        port = await server.port()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            http_port = free.getsockname()[1]
        front = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wyoming.http.tts_server", "--host", "127.0.0.1", "--port", str(http_port)),
            *("--uri", f"tcp://127.0.0.1:{port}"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert front.stderr is not None
            async with asyncio.timeout(WITHIN_S):
                while b"Running on" not in await front.stderr.readline():
                    pass
            url = f"http://127.0.0.1:{http_port}/api/text-to-speech"
            async with aiohttp.ClientSession() as session, session.get(url, params={"text": FOX}) as answer:
                wav = await answer.read()
        finally:
            front.kill()
            await front.communicate()
    assert wav.startswith(b"RIFF")
    assert len(wav) > 40_000


async def test_a_worker_killed_in_the_middle_still_gives_whole_speech(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        port = await server.port()
        whole = await tcp_say(port, LONG)
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Synthesize(text=LONG).event())
            async with asyncio.timeout(WITHIN_S):
                for _ in range(4):
                    await client.read_event()
            worker = server.workers()[0]
            worker.kill()
            heard = await listen(client, until="audio-stop")
        assert heard.events[-1] == "audio-stop"
        assert len(heard.pcm) > len(whole.pcm) * 0.97
        again = await tcp_say(port, FOX)
        assert again.whole
        assert worker.pid not in {process.pid for process in server.workers()}
        children = psutil.Process(server.pid).children()
        assert all(child.status() != psutil.STATUS_ZOMBIE for child in children)


async def test_the_server_killed_leaves_no_worker(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        await server.port()
        workers = server.workers()
        assert workers
        server.process.kill()
        await server.process.wait()
        gone, alive = await asyncio.to_thread(psutil.wait_procs, workers, timeout=10)
    assert not alive
    assert len(gone) == len(workers)


async def test_sigterm_while_speaking_finishes_the_answer_and_accepts_nothing_new(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        port = await server.port()
        whole = await tcp_say(port, LONG)
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Synthesize(text=LONG).event())
            first = await client.read_event()
            assert first is not None
            server.terminate()
            await server.said("stopping")
            heard = await listen(client, until="audio-stop")
        assert heard.events[-1] == "audio-stop"
        assert len(heard.pcm) > len(whole.pcm) * 0.97
        assert await server.exit_code() == 0
        with pytest.raises(ConnectionError):
            await asyncio.open_connection("127.0.0.1", port)


async def test_a_port_in_use_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        async with real_server(tmp_path, uri=f"tcp://127.0.0.1:{port}") as server:
            assert await server.exit_code() == 2
            await server.said("end of log")
    said = [line for line in server.raw_log if not line.startswith("{")]
    assert len(said) == 1
    assert str(port) in said[0]
    assert "already in use" in said[0]


async def test_bad_settings_are_explained_and_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("server:\n  ur: tcp://0.0.0.0:1\n")
    async with real_server(tmp_path, "--config", str(file)) as server:
        assert await server.exit_code() == 2
        await server.said("end of log")
    text = "".join(server.raw_log)
    assert "bad.yaml:2" in text
    assert "uri" in text
    assert "Traceback" not in text


async def test_the_log_tells_of_requests_and_never_what_was_said(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        port = await server.port()
        await tcp_say(port, "Xylophone canary sentence.", voice="nobody/here")
        line = await server.said("request")
        server.terminate()
        await server.exit_code()
        await server.said("end of log")
    assert line["outcome"] == "complete"
    assert str(line["client"]).startswith("127.0.0.1")
    assert line["chars"] == len("Xylophone canary sentence.")
    assert line["links"]
    assert float(str(line["first_audio_s"])) > 0
    assert "canary" not in "".join(server.raw_log)


async def test_ctrl_c_stops_as_sigterm_does(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        await server.port()
        server.process.send_signal(signal.SIGINT)
        assert await server.exit_code() == 0


async def test_sighup_is_passed_over(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        port = await server.port()
        server.process.send_signal(signal.SIGHUP)
        assert (await tcp_say(port, FOX)).whole


async def test_a_worker_killed_at_the_start_is_started_again_and_the_house_speaks(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        async with asyncio.timeout(WITHIN_S):
            while not (workers := server.workers()):  # noqa: ASYNC110 - only the kernel knows
                await asyncio.sleep(0.002)
        workers[0].kill()
        port = await server.port()
        async with asyncio.timeout(WITHIN_S):
            while not (await tcp_say(port, FOX)).whole:  # noqa: ASYNC110 - it says so itself only in the log
                await asyncio.sleep(0.1)


async def test_sigterm_while_the_voices_still_start_ends_at_once(tmp_path: Path) -> None:
    async with real_server(tmp_path) as server:
        async with asyncio.timeout(WITHIN_S):
            while not (workers := server.workers()):  # noqa: ASYNC110 - only the kernel knows
                await asyncio.sleep(0.002)
        workers[0].suspend()
        await asyncio.sleep(0)
        server.terminate()
        assert await server.exit_code() == 0
        await server.said("end of log")
        assert not any(line.get("event") == "listening" for line in server.log)


@pytest.mark.parametrize("data_dir", ["/proc/nope", "/dev/null/x"])
async def test_a_data_directory_that_cannot_be_used_is_a_warning(data_dir: str, tmp_path: Path) -> None:
    async with real_server(tmp_path, "--data-dir", data_dir) as server:
        port = await server.port()
        await server.said("the data directory cannot be used, nothing is kept")
        assert (await tcp_say(port, FOX)).whole
