from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING

import pytest
from wyoming.client import AsyncUnixClient
from wyoming.event import Event
from wyoming.tts import Synthesize, SynthesizeVoice

from tests.fakes.model_host import word_spec
from tests.fakes.models import VOICES
from wyoming_tts.workers.process import WorkerProcess

with warnings.catch_warnings():
    # Up to Python 3.12 the library's audio module imports `audioop`, which warns of its end.
    warnings.simplefilter("ignore", DeprecationWarning)
    from wyoming.info import Describe, Info

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def path() -> AsyncIterator[str]:
    """Yield the socket of a running worker."""
    process = WorkerProcess(word_spec())
    running = asyncio.create_task(process.run())
    await process.started.wait()
    yield process.path
    process.stop()
    await running


async def ask(client: AsyncUnixClient, event: Event) -> Event:
    await client.write_event(event)
    answer = await client.read_event()
    assert answer is not None
    return answer


async def test_a_plain_wyoming_client_reads_the_voices(path: str) -> None:
    async with AsyncUnixClient(path) as client:
        info = Info.from_event(await ask(client, Describe().event()))
    assert [(voice.name, tuple(voice.languages)) for voice in info.tts[0].voices] == [
        (voice.name, voice.languages) for voice in VOICES
    ]
    assert [speaker.name for speaker in info.tts[0].voices[1].speakers or []] == ["anna", "bert"]


async def test_a_plain_wyoming_client_is_spoken_to(path: str) -> None:
    async with AsyncUnixClient(path) as client:
        await client.write_event(Synthesize("two words", SynthesizeVoice(name="one")).event())
        types: list[str] = []
        while not types or types[-1] != "audio-stop":
            event = await client.read_event()
            assert event is not None
            types.append(event.type)
    assert types == ["audio-start", *["tts-marks", "audio-chunk"] * 2, "audio-stop"]


async def test_one_utterance_at_a_time_on_a_connection(path: str) -> None:
    say = Synthesize("say HANG", SynthesizeVoice(name="one")).event()
    async with AsyncUnixClient(path) as client:
        await client.write_event(say)
        await client.write_event(say)
        event = await client.read_event()
        while event is not None and event.type != "error":
            event = await client.read_event()
    assert event is not None
    assert event.data["code"] == "bad-request"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": "x"},
        {"text": "x", "voice": {}},
        {"text": "x", "voice": {"name": "one"}, "tts.prosody": {"size": 1}},
    ],
)
async def test_something_that_is_no_utterance_is_answered_so(path: str, data: dict[str, object]) -> None:
    async with AsyncUnixClient(path) as client:
        assert (await ask(client, Event("synthesize", data))).data["code"] == "bad-request"


async def test_garbage_costs_only_its_own_connection(path: str) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"garbage\n")
    assert await reader.read() == b""
    writer.close()
    async with AsyncUnixClient(path) as client:
        assert (await ask(client, Describe().event())).type == "info"


async def test_strange_events_are_passed_over(path: str) -> None:
    async with AsyncUnixClient(path) as client:
        await client.write_event(Event("strange"))
        assert (await ask(client, Event("tts-load", {"voice": "one"}))).type == "tts-loaded"


async def test_a_pulse_is_told_at_once_while_the_engine_is_at_work(path: str) -> None:
    async with AsyncUnixClient(path) as client, AsyncUnixClient(path) as other:
        assert (await ask(client, Event("tts-load", {"voice": "one"}))).type == "tts-loaded"
        async with asyncio.timeout(10):
            while (await ask(other, Event("tts-pulse"))).data["busy"]:
                pass  # the answer leaves a moment before the engine's thread lets go of the work
        await client.write_event(Synthesize("say HANG", SynthesizeVoice(name="one")).event())
        event = await client.read_event()
        while event is not None and event.type != "audio-chunk":
            event = await client.read_event()
        pulse = (await ask(other, Event("tts-pulse"))).data
    assert (pulse["busy"], pulse["loading"], pulse["seconds"]) == (True, False, 0.1)
