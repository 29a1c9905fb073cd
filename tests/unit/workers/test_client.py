"""The client against a peer that says whatever a test wants, on a real socket."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from wyoming.event import Event

from wyoming_tts.errors import (
    BadAudio,
    ProviderError,
    ProviderUnavailable,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.protocol.framing import encode_event
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers import client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

FORMAT = {"rate": 16_000, "width": 2, "channels": 1}
START = encode_event(Event("audio-start", FORMAT))
CHUNK = encode_event(Event("audio-chunk", FORMAT, b"\1\2"))
STOP = encode_event(Event("audio-stop"))
ERROR = encode_event(Event("error", {"text": "a fact", "code": "utterance-rejected"}))
FOREIGN = encode_event(Event("error", {"text": "the secret words", "code": "their-own"}))


@asynccontextmanager
async def peer(says: bytes, *, hangs_up: bool = True) -> AsyncIterator[str]:
    """Yield the path of a socket that answers every first line with `says`."""
    heard_end = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(says)
        if not hangs_up:
            await reader.read()
        writer.close()
        heard_end.set()

    folder = tempfile.mkdtemp()
    try:
        server = await asyncio.start_unix_server(serve, f"{folder}/socket")
        async with server:
            yield f"{folder}/socket"
            await heard_end.wait()
    finally:
        shutil.rmtree(folder)


async def hear(path: str) -> bytes:
    async with client.speaking(path, Utterance("say this", "one"), provider="p") as stream:
        return b"".join([chunk.pcm async for chunk in stream.chunks])


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (b"", ProviderUnavailable),
        (START, ProviderUnavailable),
        (START + STOP[:5], ProviderUnavailable),
        (START + CHUNK, SpeechCutOff),
        (START + CHUNK[:-1], ProviderUnavailable),
        (START + CHUNK + CHUNK[:-1], SpeechCutOff),
        (ERROR, UtteranceRejected),
        (START + ERROR, UtteranceRejected),
        (START + CHUNK + ERROR, SpeechCutOff),
        (FOREIGN, ProviderUnavailable),
        (b"garbage\n", BadAudio),
        (b"[]\n", BadAudio),
        (START + CHUNK + b"garbage\n", BadAudio),
        (encode_event(Event("audio-start")), BadAudio),
        (encode_event(Event("audio-start", FORMAT | {"channels": 2})), BadAudio),
        (encode_event(Event("audio-start", FORMAT | {"width": 4})), BadAudio),
        (encode_event(Event("audio-start", FORMAT | {"rate": 0})), BadAudio),
        (encode_event(Event("audio-start", FORMAT | {"rate": "fast"})), BadAudio),
        (START + encode_event(Event("audio-chunk", FORMAT | {"rate": 8_000}, b"\1\2")), BadAudio),
        (START + encode_event(Event("audio-chunk", FORMAT, b"\1\2\3")), BadAudio),
        (START + encode_event(Event("tts-marks", {"marks": [["x", None]]})), BadAudio),
    ],
)
async def test_whatever_a_peer_does_is_one_of_our_errors(says: bytes, error: type[ProviderError]) -> None:
    async with peer(says) as path:
        with pytest.raises(ProviderError) as caught:
            await hear(path)
    assert caught.value.code == error.code
    assert caught.value.provider == "p"


async def test_a_good_peer_is_heard_to_its_end_and_strange_events_are_passed_over() -> None:
    strange = encode_event(Event("strange", {"x": 1}))
    async with peer(strange + START + strange + CHUNK + strange + CHUNK + STOP) as path:
        assert await hear(path) == b"\1\2\1\2"


async def test_a_finished_stream_stays_finished() -> None:
    utterance = Utterance("say this", "one")
    async with (
        peer(START + CHUNK + STOP, hangs_up=False) as path,
        client.speaking(path, utterance, provider="p") as stream,
    ):
        assert len([chunk async for chunk in stream.chunks]) == 1
        assert [chunk async for chunk in stream.chunks] == []


async def test_leaving_closes_the_connection() -> None:
    utterance = Utterance("say this", "one")
    # The peer's own end waits for ours: it would hang there.
    async with peer(START + CHUNK, hangs_up=False) as path, client.speaking(path, utterance, provider="p") as stream:
        await anext(aiter(stream.chunks))


async def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailable):
        await hear(str(tmp_path / "nobody"))


async def test_a_foreign_sentence_is_shown_nowhere() -> None:
    async with peer(FOREIGN) as path:
        with pytest.raises(ProviderUnavailable) as caught:
            await hear(path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("data", [{}, {"tts.voices": [{}]}, {"tts.voices": 3}, {"tts.voices": ["x"]}])
async def test_something_that_is_no_voice_list_is_unavailable(data: dict[str, object]) -> None:
    async with peer(encode_event(Event("info", data))) as path:
        with pytest.raises(ProviderUnavailable):
            await client.describe(path, provider="p")


async def test_nobody_there_is_gone_and_what_is_our_own_fault_is_not(tmp_path: Path) -> None:
    (tmp_path / "no-socket").mkdir()
    for path, gone in (("nobody", True), ("no-socket", True), ("x" * 200, False)):
        with pytest.raises(ProviderUnavailable) as caught:
            await client.pulse(str(tmp_path / path), provider="p")
        assert isinstance(caught.value, client.WorkerGone) == gone


@pytest.mark.parametrize("data", [{"busy": True, "mood": 1}, {"x": 1}])
async def test_something_that_is_no_pulse_is_unavailable(data: dict[str, object]) -> None:
    async with peer(encode_event(Event("tts-pulse", data))) as path:
        with pytest.raises(ProviderUnavailable):
            await client.pulse(path, provider="p")
