"""The client that workers and strangers are spoken to with; what strangers do is in the tests of their adapter."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from wyoming.event import Event

from tests.fakes.model_host import until
from tests.servers.foreign_server import ForeignServer, Script, foreign_server
from wyoming_tts.audio.plain_pcm import PlainPcm
from wyoming_tts.errors import BadAudio, NoAudio, ProviderError, ProviderUnavailable, SpeechCutOff
from wyoming_tts.protocol.address import Address
from wyoming_tts.protocol.client import Client
from wyoming_tts.protocol.connection import ConnectionLost
from wyoming_tts.protocol.extra import marks_event
from wyoming_tts.protocol.framing import FrameLimits, encode_event
from wyoming_tts.speech.audio import Mark

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

FORMAT = {"rate": 16_000, "width": 2, "channels": 1}
START = encode_event(Event("audio-start", FORMAT))
CHUNK = encode_event(Event("audio-chunk", FORMAT, b"\1\2"))
SHORT_CHUNK = encode_event(Event("audio-chunk", {}, b"\3\4"))
STOP = encode_event(Event("audio-stop"))
SAY = Event("synthesize", {"text": "Hello."})


class Refused(ProviderError):
    """What an `error` event stands for here."""


def client_to(address: Address) -> Client:
    return Client(address, provider="p", limits=FrameLimits(), failure=lambda _: Refused(provider="p"))


@asynccontextmanager
async def saying(says: bytes, folder: Path) -> AsyncIterator[Client]:
    """Yield a client to a server that answers every first line with `says`, and hangs up when it is left."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(says)
        await reader.read()
        writer.close()
        ended.set()

    ended = asyncio.Event()
    server = await asyncio.start_unix_server(serve, folder / "socket")
    async with server:
        yield client_to(Address(path=str(folder / "socket")))
        await ended.wait()


async def pieces(client: Client) -> list[tuple[bytes, tuple[Mark, ...]]]:
    async with client.speaking([SAY], PlainPcm) as stream:
        return [(chunk.pcm, chunk.marks) async for chunk in stream.chunks]


async def test_marks_come_with_the_audio_that_follows_them(tmp_path: Path) -> None:
    marks = (Mark(0, 0.0), Mark(6, 0.5)), (Mark(9, 0.75),)
    one, two = (encode_event(marks_event(each)) for each in marks)
    async with saying(one + START + CHUNK + two + CHUNK + STOP, tmp_path) as client:
        assert await pieces(client) == [(b"\1\2", marks[0]), (b"\1\2", marks[1])]


async def test_a_chunk_need_not_repeat_the_format_and_a_start_may(tmp_path: Path) -> None:
    async with saying(START + SHORT_CHUNK + START + CHUNK + STOP, tmp_path) as client:
        assert [pcm for pcm, _ in await pieces(client)] == [b"\3\4", b"\1\2"]


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (STOP, NoAudio),
        (SHORT_CHUNK, BadAudio),
        (CHUNK + encode_event(Event("audio-start", FORMAT | {"channels": 2})), BadAudio),
        (encode_event(Event("audio-start", FORMAT | {"rate": True})), BadAudio),
        (encode_event(Event("audio-start", FORMAT | {"width": 5})), BadAudio),
        (encode_event(Event("audio-start", FORMAT | {"channels": 0})), BadAudio),
        (encode_event(Event("error", {"text": "words"})), Refused),
        (CHUNK + encode_event(Event("error", {"text": "words"})), SpeechCutOff),
    ],
)
async def test_what_is_no_audio_is_an_error(says: bytes, error: type[ProviderError], tmp_path: Path) -> None:
    async with saying(says, tmp_path) as client:
        with pytest.raises(ProviderError) as caught:
            await pieces(client)
    assert type(caught.value) is error


async def test_a_stream_that_has_failed_stays_ended(tmp_path: Path) -> None:
    async with (
        saying(START + CHUNK + b"garbage\n", tmp_path) as client,
        client.speaking([SAY], PlainPcm) as stream,
    ):
        chunks = aiter(stream.chunks)
        await anext(chunks)
        with pytest.raises(BadAudio):
            await anext(chunks)
        assert [chunk async for chunk in chunks] == []


async def test_nobody_there_is_told_from_what_may_be_no_fault_of_theirs(tmp_path: Path) -> None:
    for path, gone in (("nobody", True), ("x" * 200, False)):
        with pytest.raises(ProviderUnavailable) as caught:
            await client_to(Address(path=str(tmp_path / path))).ask(SAY, "info")
        assert isinstance(caught.value, ConnectionLost) is gone


def address_of(server: ForeignServer) -> Address:
    return Address(host="127.0.0.1", port=int(server.uri.rpartition(":")[2]))


async def test_a_question_is_answered_on_a_connection_of_its_own() -> None:
    async with foreign_server() as server:
        client = client_to(address_of(server))
        for _ in range(3):
            assert (await client.ask(Event("describe"), "info")).data["tts"]
        await until(lambda: not server.writers)
        assert server.most_open <= 2, "the server may notice later that one is closed"


async def test_closing_ends_what_is_under_way_and_what_is_being_opened() -> None:
    async with foreign_server(Script(gate=asyncio.Event())) as server:
        client = client_to(address_of(server))
        async with client.speaking([SAY], PlainPcm) as stream:
            opening = asyncio.create_task(client.ask(Event("never-answered"), "answer"))
            await asyncio.sleep(0)
            client.close()
            client.close()
            with pytest.raises(SpeechCutOff):
                _ = [chunk async for chunk in stream.chunks]
            with pytest.raises(ProviderUnavailable):
                await opening
        with pytest.raises(ProviderUnavailable, match="closed"):
            await client.ask(Event("describe"), "info")
