"""Home Assistant's two flows over real sockets, and what each of them cannot forgive."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice

from tests.fakes.home_assistant import Heard, HomeAssistant, NoAudio, ServiceError
from tests.fakes.house import VOICES, FakeCatalog, FakeHouse
from wyoming_tts.errors import OverloadedError, ProviderUnavailable
from wyoming_tts.wire.limits import WireLimits
from wyoming_tts.wire.server import WyomingServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKENS = ["The", " quick", " ", "", "brown fo", "x.", " ", "It jum", "ps."]
SILENT_TEXTS = ["", "   ", "***", "\U0001f600", "..."]


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
async def wire(house: FakeHouse) -> AsyncIterator[WyomingServer]:
    server = WyomingServer("tcp://127.0.0.1:0", lambda: house, WireLimits(linger_s=0.5))
    await server.start()
    yield server
    await server.aclose()


@pytest.fixture
def home(wire: WyomingServer) -> HomeAssistant:
    assert wire.port
    return HomeAssistant("127.0.0.1", wire.port)


def assert_one_answer(heard: Heard, *, streamed: bool) -> None:
    ends = ["audio-stop", "synthesize-stopped"] if streamed else ["audio-stop"]
    assert heard.events[0] == "audio-start"
    assert heard.events[-len(ends) :] == ends
    assert set(heard.events[1 : -len(ends)]) == {"audio-chunk"}
    assert heard.ended_by_event


async def test_one_shot_is_one_start_chunks_one_stop(home: HomeAssistant, house: FakeHouse) -> None:
    heard = await home.speak("The quick brown fox. It jumps.")
    assert_one_answer(heard, streamed=False)
    assert (heard.rate, heard.width, heard.channels) == (22_050, 2, 1)
    assert heard.seconds == pytest.approx(0.30, abs=0.001)
    assert house.speaker.texts == ["The quick brown fox. It jumps."]
    assert not house.speaker.requests[0].streamed


async def test_stream_is_spoken_once_although_the_whole_text_comes_again(home: HomeAssistant, house: FakeHouse) -> None:
    heard = await home.stream(TOKENS)
    assert_one_answer(heard, streamed=True)
    assert house.speaker.texts == ["".join(TOKENS)]
    assert house.speaker.requests[0].streamed
    assert heard.seconds > 0


async def test_audio_starts_before_the_text_has_ended(home: HomeAssistant) -> None:
    heard = await home.stream(["A first sentence.", " And the end."], hold=asyncio.Event())
    assert heard.first_audio_before_stop
    assert_one_answer(heard, streamed=True)


async def test_stream_whose_text_comes_only_with_the_repetition_is_spoken(
    wire: WyomingServer, house: FakeHouse
) -> None:
    events = [SynthesizeStart(), SynthesizeChunk(" "), Synthesize("Only here."), SynthesizeStop()]
    async with AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        for event in events:
            await client.write_event(event.event())
        types = await read_types(client, until="synthesize-stopped")
    assert types.count("audio-stop") == 1
    assert house.speaker.texts[0].strip() == "Only here."


@pytest.mark.parametrize("text", SILENT_TEXTS)
async def test_nothing_to_say_is_a_short_silence(home: HomeAssistant, text: str) -> None:
    for heard in (await home.speak(text), await home.stream([text])):
        assert heard.rate == 22_050
        assert heard.seconds == pytest.approx(0.1)
        assert not any(heard.pcm)
        assert heard.ended_by_event


async def test_voice_and_speaker_arrive_as_sent(home: HomeAssistant, house: FakeHouse) -> None:
    voice = SynthesizeVoice(name="fake/anna", speaker="calm")
    await home.speak("Hello.", voice)
    await home.stream(["Hello."], voice)
    await home.speak("Hello.")
    asked = [(request.voice, request.speaker) for request in house.speaker.requests]
    assert asked == [("fake/anna", "calm"), ("fake/anna", "calm"), (None, None)]
    assert all(request.client == "127.0.0.1" for request in house.speaker.requests)
    assert len({request.id for request in house.speaker.requests}) == 3


async def test_chunks_are_whole_frames_of_at_most_2048_samples(wire: WyomingServer) -> None:
    async with AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        await client.write_event(Synthesize("x" * 300).event())
        sizes = []
        while (event := await client.read_event()) is not None and event.type != "audio-stop":
            if event.type == "audio-chunk":
                sizes.append(len(event.payload or b""))
    assert max(sizes) == 4096
    assert not any(size % 2 for size in sizes)


async def test_failure_before_audio_is_an_error_every_time(home: HomeAssistant, house: FakeHouse) -> None:
    """Closing on unread text would send RST, and Home Assistant would lose the message in about one of six."""
    house.script.fail_first = ProviderUnavailable(provider="piper")
    for _ in range(40):
        with pytest.raises(ServiceError, match=r"piper is not available \(code: provider-unavailable\)"):
            await home.stream(["word "] * 50)
    with pytest.raises(ServiceError):
        await home.speak("Hello.")


async def test_failure_in_the_middle_is_an_error_and_no_stop(wire: WyomingServer, house: FakeHouse) -> None:
    house.script.fail_after = (1, ProviderUnavailable(provider="piper"))
    async with AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        await client.write_event(Synthesize("x" * 200).event())
        types = await read_types(client, until="never")
    assert types[-1] == "error"
    assert "audio-stop" not in types


async def test_failure_of_ours_is_an_error_without_its_message(home: HomeAssistant, house: FakeHouse) -> None:
    house.script.fail_first = ValueError("the spoken text")
    with pytest.raises(ServiceError, match="code: internal") as caught:
        await home.speak("Hello.")
    assert "the spoken text" not in str(caught.value)


async def test_after_an_error_the_server_closes_by_itself(wire: WyomingServer, house: FakeHouse) -> None:
    """Home Assistant before 2026.8.2 ignores `error` and waits until the server closes."""
    house.script.fail_first = OverloadedError("full")
    async with asyncio.timeout(5), AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        await client.write_event(Synthesize("Hello.").event())
        assert await read_types(client, until="never") == ["error"]


async def test_error_survives_text_that_is_still_under_way(wire: WyomingServer, house: FakeHouse) -> None:
    """More than all buffers hold: a server that closed at once would reset the connection, and the error with it."""
    house.script.fail_first = ProviderUnavailable(provider="piper")
    async with asyncio.timeout(5), AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        await client.write_event(SynthesizeStart().event())
        await client.write_event(SynthesizeChunk("Hello.").event())
        await house.speaker.left.wait()
        for _ in range(120):
            await client.write_event(SynthesizeChunk("word " * 10_000).event())
        assert await read_types(client, until="error") == ["error"]


async def test_end_waits_for_the_end_of_the_text(wire: WyomingServer, house: FakeHouse) -> None:
    """Home Assistant fails an assertion when the end comes while it still writes."""
    house.script.ends_early = True
    async with AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        await client.write_event(SynthesizeStart().event())
        await client.write_event(SynthesizeChunk("Hello.").event())
        assert await read_types(client, until="audio-chunk") == ["audio-start", "audio-chunk"]
        async with asyncio.timeout(5):
            await house.speaker.left.wait()
        await client.write_event(Event("ping"))
        assert await read_types(client, until="pong") == ["pong"]
        await client.write_event(SynthesizeStop().event())
        assert await read_types(client, until="synthesize-stopped") == ["audio-stop", "synthesize-stopped"]


async def test_client_that_leaves_stops_the_speaking_at_once(wire: WyomingServer, house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    client = AsyncTcpClient("127.0.0.1", wire.port or 0)
    await client.connect()
    await client.write_event(Synthesize("Hello.").event())
    await house.speaker.began.wait()
    began = time.monotonic()
    await client.disconnect()
    async with asyncio.timeout(5):
        await house.speaker.left.wait()
    assert time.monotonic() - began < 1.0
    assert (house.speaker.active, house.holders) == (0, 0)


async def test_describe_is_answered_at_once_also_while_speaking(wire: WyomingServer, house: FakeHouse) -> None:
    house.script.gate = asyncio.Event()
    async with AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        await client.write_event(Synthesize("Hello.").event())
        await house.speaker.began.wait()
        await client.write_event(Describe().event())
        async with asyncio.timeout(1):
            assert await read_types(client, until="info") == ["info"]
        house.script.gate.set()
        assert (await read_types(client, until="audio-stop"))[-1] == "audio-stop"


async def test_info_is_one_program_with_all_voices(home: HomeAssistant) -> None:
    info = await home.describe()
    (program,) = info.tts
    assert (program.name, program.installed, program.supports_synthesize_streaming) == ("wyoming-tts", True, True)
    assert [voice.name for voice in program.voices] == [voice.name for voice in VOICES]
    assert program.voices[0].languages == ["de-DE", "en-US"]
    assert [speaker.name for speaker in program.voices[0].speakers or ()] == ["calm", "glad"]
    assert program.voices[1].speakers is None
    assert all(voice.installed for voice in program.voices)
    assert [*info.asr, *info.handle, *info.intent, *info.wake, info.satellite] == [None]
    assert await home.describe() == info


async def test_info_follows_the_house_but_is_never_empty(home: HomeAssistant, house: FakeHouse) -> None:
    before = await home.describe()
    house.catalog = FakeCatalog(VOICES[:1])
    assert len((await home.describe()).tts[0].voices) == 1
    house.catalog = FakeCatalog(())
    assert len((await home.describe()).tts[0].voices) == 1
    house.catalog = FakeCatalog(VOICES)
    assert await home.describe() == before


async def test_describe_and_hang_up_is_quiet(wire: WyomingServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Health checks write one line and close, some only their half."""
    for half in (False, True):
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        writer.write(b'{ "type": "describe" }\n')
        await writer.drain()
        if half:
            writer.write_eof()
            assert b'"info"' in await reader.read()
        writer.close()
        await writer.wait_closed()
    await wire.drain(5)
    assert wire.connections == 0
    said = capsys.readouterr()
    assert "error" not in (said.out + said.err).lower()
    assert "Traceback" not in said.out + said.err


async def test_unknown_events_are_passed_over(wire: WyomingServer) -> None:
    async with AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        await client.write_event(Event("select-program", {"name": "wyoming-tts"}))
        await client.write_event(Event("audio-chunk", {"rate": 16_000, "width": 2, "channels": 1}, bytes(100_000)))
        await client.write_event(Event("ping", {"text": "a"}))
        pong = await client.read_event()
        assert pong is not None
        assert (pong.type, pong.data) == ("pong", {"text": "a"})
        await client.write_event(Describe().event())
        event = await client.read_event()
        assert event is not None
        assert Info.is_type(event.type)


async def test_several_requests_in_turn_on_one_connection(wire: WyomingServer, house: FakeHouse) -> None:
    async with AsyncTcpClient("127.0.0.1", wire.port or 0) as client:
        await client.write_event(Synthesize("One.").event())
        for event in (SynthesizeStart(), SynthesizeChunk("Two."), SynthesizeStop()):
            await client.write_event(event.event())
        await client.write_event(Synthesize("Three.").event())
        for end in ("audio-stop", "synthesize-stopped", "audio-stop"):
            types = await read_types(client, until=end)
            assert types[0] == "audio-start"
            assert types.count("audio-stop") == 1
    assert house.speaker.texts == ["One.", "Two.", "Three."]
    assert house.most_holders == 1


async def test_connection_that_ends_early_is_never_taken_for_success(home: HomeAssistant, house: FakeHouse) -> None:
    """A stream cut without `error` would be cached by Home Assistant and repeated truncated."""
    house.script.fail_after = (0, ProviderUnavailable(provider="piper"))
    with pytest.raises(ServiceError):
        await home.stream(["Hello there."])
    with pytest.raises((ServiceError, NoAudio)):
        await home.speak("Hello there.")


async def read_types(client: AsyncTcpClient, *, until: str) -> list[str]:
    """Return the types of the events up to the one asked for, or to the end of the connection."""
    types = []
    async with asyncio.timeout(5):
        while (event := await client.read_event()) is not None:
            types.append(event.type)
            if event.type == until:
                break
    return types
