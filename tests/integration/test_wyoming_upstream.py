"""A real house with other Wyoming servers for engines: wyoming-piper, a stranger that is plugged out, its own kind."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from wyoming.client import AsyncTcpClient, AsyncUnixClient
from wyoming.tts import Synthesize, SynthesizeVoice

from tests.fakes.wyoming_client import Heard, describe, listen, say, stream, tcp_say, tcp_stream
from tests.servers.foreign_server import Script, foreign_server, program, voice
from tests.servers.piper_server import PIPER_VOICE, piper_server
from tests.servers.real_server import RealServer, real_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wyoming.client import AsyncClient

SENTENCES = ["The quick brown fox jumps over the lazy dog. ", "It was a sunny day. ", "Nobody was in a hurry."]
TEXT = "".join(SENTENCES)
LOUD = 500
PROVIDERS = "WYOMING_TTS_PROVIDERS__"
LAST_RESORT = "espeak-2/en-us"
"""Its own name is taken by one that the owner has disabled."""
MANY_LOOKS = 5


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder with a path short enough for sockets."""
    path = Path(tempfile.mkdtemp())
    yield path
    shutil.rmtree(path)


def asking(name: str, uri: str, **keys: object) -> Mapping[str, str]:
    """Return the environment of a server that has another one for its only engine, beside the last resort."""
    given = {"type": "wyoming", "uri": uri, **keys}
    settings = {f"{PROVIDERS}{name.upper()}__{key.upper()}": str(each) for key, each in given.items()}
    return {**settings, f"{PROVIDERS}PIPER__ENABLED": "false", f"{PROVIDERS}ESPEAK__ENABLED": "false"}


async def names(client: AsyncClient) -> list[str]:
    return [one.name for one in (await describe(client)).tts[0].voices]


def is_fine(heard: Heard) -> bool:
    return heard.whole and heard.peak > LOUD


@pytest.mark.parametrize("flags", [(), ("--no-streaming",)])
async def test_wyoming_piper_speaks_whole_texts_and_text_streams(folder: Path, flags: tuple[str, ...]) -> None:
    socket = folder / "piper.sock"
    async with (
        piper_server(folder, *flags),
        real_server(folder / "data", env=asking("lan", f"unix://{socket}")) as ours,
    ):
        port = await ours.port()
        async with AsyncTcpClient("127.0.0.1", port) as client:
            assert f"lan/{PIPER_VOICE}" in await names(client)
        async with AsyncUnixClient(str(socket)) as client:
            alone = await say(client, TEXT, PIPER_VOICE)
        whole = await tcp_say(port, TEXT, f"lan/{PIPER_VOICE}")
        tokens = [TEXT[at : at + 4] for at in range(0, len(TEXT), 4)]
        streamed = await tcp_stream(port, tokens, f"lan/{PIPER_VOICE}")
        for heard in (whole, streamed):
            assert is_fine(heard)
            assert heard.rate == alone.rate
            assert heard.seconds == pytest.approx(alone.seconds, rel=0.1)
        for line in [line for line in ours.log if line["event"] == "request"]:
            assert (line["links"], line["failures"]) == ([f"lan/{PIPER_VOICE}"], [])


async def test_a_server_plugged_out_in_the_middle_of_speech_is_carried_on_for(folder: Path) -> None:
    """Its first chunk is heard, half a second long; then it is gone, and eSpeak NG says the rest."""
    script = Script(programs=[program("theirs", voice("anna"))], chunk_bytes=16_000, gate=asyncio.Event())
    async with foreign_server(script) as theirs, real_server(folder, env=asking("lan", theirs.uri)) as ours:
        async with AsyncTcpClient("127.0.0.1", await ours.port()) as client:
            await client.write_event(Synthesize(TEXT, SynthesizeVoice(name="lan/anna")).event())
            assert (event := await client.read_event()) is not None
            assert event.type == "audio-start"
            theirs.unplug()
            heard = await listen(client, until="audio-stop")
        assert heard.events[-1] == "audio-stop"
        line = await ours.said("request", outcome="complete")
        assert line["links"] == ["lan/anna", LAST_RESORT]
        assert float(str(line["audio_s"])) > 0.04 * len(TEXT), "all of it was said"


async def until_looked(server: RealServer, times: int) -> None:
    """Wait until somebody has connected so many times more: the other one, to ask for the voices."""
    for _ in range(times):
        await server.said("connected", after=server.lines)


async def ask(path: Path, *, streamed: bool = False) -> Heard:
    async with AsyncUnixClient(str(path)) as client:
        return await (stream(client, SENTENCES) if streamed else say(client, TEXT))


async def voices_of(path: Path) -> list[str]:
    async with AsyncUnixClient(str(path)) as client:
        return await names(client)


def spoken_by(server: RealServer) -> list[object]:
    return [line["links"] for line in server.log if line["event"] == "request"]


async def test_two_of_ours_that_have_only_each_other_answer_and_their_lists_do_not_grow(folder: Path) -> None:
    """The second one finds the last resort of the first one, which finds nothing but its own voices there."""
    here, there = folder / "a.sock", folder / "b.sock"
    debug = ("--log-level", "debug")
    env_here, env_there = asking("b", f"unix://{there}", refresh_s=0.2), asking("a", f"unix://{here}", refresh_s=0.2)
    async with real_server(folder / "a", *debug, uri=f"unix://{here}", env=env_here) as one:
        await one.said("listening")
        async with real_server(folder / "b", *debug, uri=f"unix://{there}", env=env_there) as other:
            await other.said("listening")
            for _ in range(2):
                await until_looked(one, MANY_LOOKS)
                await until_looked(other, MANY_LOOKS)
                own, theirs = await voices_of(here), await voices_of(there)
                assert LAST_RESORT in own
                assert theirs == [f"a/{name}" for name in own]
            for path in (here, there):
                assert is_fine(await ask(path))
                assert is_fine(await ask(path, streamed=True))
            assert spoken_by(other) == [[f"a/{LAST_RESORT}"]] * 2, "nothing came back"
            assert {str(links) for links in spoken_by(one)} == {str([LAST_RESORT])}
            one.terminate()
            await one.exit_code()
            assert is_fine(await ask(there))
            assert spoken_by(other)[2:] == [[LAST_RESORT]], "and alone"
