"""The adapter to other Wyoming servers, against one that does whatever a test wants, on a real socket."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from tests.fakes.clock import FakeClock
from tests.fakes.model_host import until
from tests.servers.foreign_server import SECRET, ForeignServer, Script, Trouble, foreign_server, program, tone, voice
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.wyoming.adapter import MAX_HOPS, WyomingAdapter
from wyoming_tts.adapters.remote.wyoming.settings import WyomingSettings
from wyoming_tts.adapters.voice_memory import Forgetful
from wyoming_tts.errors import (
    BadAudio,
    NoAudio,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import Voice
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TEXT = "Say this. And that."
SPEAKERS = [{"name": "calm"}, {"name": "glad"}]
SOON_S = 0.05


class Remembering(Forgetful):
    """Knows one list from the last time."""

    def __init__(self, voices: tuple[Voice, ...]) -> None:
        self.voices = voices

    async def recall(self, provider: str, origin: str) -> tuple[Voice, ...]:  # noqa: ARG002 - there is only one
        return self.voices


def adapter_to(uri: str, clock: FakeClock | None = None, *, me: str = "me", **keys: Any) -> WyomingAdapter:
    memory = Remembering(keys.pop("remembered", ()))
    others = {key: keys.pop(key) for key in ("describe_s",) if key in keys}
    settings = WyomingSettings.model_validate({"type": "wyoming", "uri": uri, **keys})
    clock = clock or FakeClock()
    pool = WorkerPool(None, clock=clock)
    context = AdapterContext(Path(), pool, clock, WorkerSettings(), instance=me, memory=memory)
    return WyomingAdapter("theirs", settings, context, **others)


@asynccontextmanager
async def started(script: Script | None = None, **keys: Any) -> AsyncIterator[tuple[WyomingAdapter, ForeignServer]]:
    """Yield an adapter that knows the server's voices; when it is closed it has left nothing."""
    tasks = asyncio.all_tasks()
    async with foreign_server(script) as server:
        adapter = adapter_to(server.uri, **keys)
        await adapter.start()
        yield adapter, server
        await adapter.aclose()
        await until(lambda: not server.writers)
    await until(lambda: asyncio.all_tasks() <= tasks)


async def hear(adapter: WyomingAdapter, utterance: Utterance | None = None) -> bytes:
    async with adapter.synthesize(utterance or Utterance(TEXT, "anna")) as stream:
        assert (stream.format.width, stream.format.channels) == (2, 1)
        return b"".join([chunk.pcm async for chunk in stream.chunks])


def samples(pcm: bytes) -> list[int]:
    return memoryview(pcm).cast("h").tolist()


def of_program(*, streams: bool, **fields: Any) -> Script:
    return Script(programs=[program("theirs", voice("anna"), streams=streams)], **fields)


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("sentences", [False, True])
@pytest.mark.parametrize("says_start", [False, True])
async def test_it_is_heard_to_its_end_however_it_says_that(*, streams: bool, sentences: bool, says_start: bool) -> None:
    script = of_program(streams=streams, sentences=sentences, says_start=says_start)
    async with started(script) as (adapter, server):
        said = ["Say this. ", "And that."] if streams and sentences else [TEXT]
        assert samples(await hear(adapter)) == [sample for text in said for sample in tone(text, script)]
        types = [event.type for event in server.requests()]
    stream = ["synthesize-start", "synthesize-chunk", "synthesize", "synthesize-stop"]
    assert types == (stream if streams else ["synthesize"])


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
async def test_any_format_is_16_bit_mono_here_wherever_its_chunks_are_cut(width: int, channels: int) -> None:
    script = Script(width=width, channels=channels, chunk_bytes=1_001)
    async with started(script) as (adapter, _):
        heard = samples(await hear(adapter))
    assert heard == [sample & ~0xFF if width == 1 else sample for sample in tone(TEXT, script)]


async def test_a_whole_answer_in_one_event_is_handed_on_in_pieces() -> None:
    script = Script(chunk_bytes=10_000_000, rate=48_000)
    async with started(script) as (adapter, _), adapter.synthesize(Utterance(TEXT, "anna")) as stream:
        pieces = [chunk.pcm async for chunk in stream.chunks]
    assert samples(b"".join(pieces)) == tone(TEXT, script)
    assert max(map(len, pieces)) == 64 * 1024


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.CLOSED_AT_ONCE, ProviderUnavailable),
        (Trouble.CLOSED_EARLY, SpeechCutOff),
        (Trouble.CLOSED_UNSAID, SpeechCutOff),
        (Trouble.ERROR, ProviderUnavailable),
        (Trouble.ERROR_IN_THE_MIDDLE, SpeechCutOff),
        (Trouble.GARBAGE, BadAudio),
        (Trouble.NO_FORMAT, BadAudio),
        (Trouble.OTHER_RATE, BadAudio),
        (Trouble.NOTHING, NoAudio),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
async def test_whatever_goes_wrong_is_one_of_our_errors_and_the_connection_is_closed(
    trouble: Trouble, error: type[ProviderError], *, streams: bool
) -> None:
    async with started(of_program(streams=streams, trouble=trouble)) as (adapter, server):
        with pytest.raises(ProviderError) as caught:
            await hear(adapter)
        assert type(caught.value).code == error.code
        assert caught.value.provider == "theirs"
        chain = [caught.value, caught.value.__cause__]
        assert [SECRET in str(each) or "VoiceNotFound" in str(each) for each in chain] == [False, False]
        await until(lambda: not server.writers)


async def test_an_end_without_a_sound_is_left_to_the_gate() -> None:
    async with started(Script(trouble=Trouble.NO_AUDIO)) as (adapter, _):
        assert await hear(adapter) == b""


async def test_after_an_error_the_connection_is_closed_before_anybody_leaves() -> None:
    """Some servers say nothing more after it, and leave it open."""
    async with (
        started(Script(trouble=Trouble.ERROR_IN_THE_MIDDLE)) as (adapter, server),
        adapter.synthesize(Utterance(TEXT, "anna")) as stream,
    ):
        chunks = aiter(stream.chunks)
        await anext(chunks)
        with pytest.raises(SpeechCutOff):
            await anext(chunks)
        await until(lambda: not server.writers)


@pytest.mark.parametrize("trouble", [Trouble.STALLED, Trouble.NEVER_STOPS, Trouble.NO_ANSWER])
async def test_a_server_that_hangs_is_waited_for_and_leaving_closes_the_connection(trouble: Trouble) -> None:
    async with started(Script(trouble=trouble)) as (adapter, server):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SOON_S):
                await hear(adapter)
        await until(lambda: not server.writers)


async def test_leaving_early_closes_the_connection() -> None:
    async with started(Script(gate=asyncio.Event())) as (adapter, server):
        async with adapter.synthesize(Utterance(TEXT, "anna")) as stream:
            await anext(aiter(stream.chunks))
            assert server.writers
        await until(lambda: not server.writers)


async def test_a_server_that_is_gone_in_the_middle_cuts_the_speech_off() -> None:
    async with (
        started(Script(gate=asyncio.Event())) as (adapter, server),
        adapter.synthesize(Utterance(TEXT, "anna")) as stream,
    ):
        chunks = aiter(stream.chunks)
        await anext(chunks)
        server.unplug()
        with pytest.raises(SpeechCutOff):
            await anext(chunks)


async def test_closing_cuts_the_speech_off_and_then_nothing_is_spoken() -> None:
    async with started(Script(gate=asyncio.Event())) as (adapter, _):
        async with adapter.synthesize(Utterance(TEXT, "anna")) as stream:
            chunks = aiter(stream.chunks)
            await anext(chunks)
            await adapter.aclose()
            await adapter.aclose()
            with pytest.raises(SpeechCutOff):
                await anext(chunks)
        for what in (hear(adapter), adapter.probe(), adapter.start()):
            with pytest.raises(ProviderUnavailable):
                await what


async def test_all_that_is_wanted_is_sent_and_brackets_are_no_phonemes() -> None:
    script = Script(programs=[program("theirs", voice("anna", speakers=SPEAKERS), streams=True)])
    utterance = Utterance(
        "Say [[w3:ld]] now.", "anna", "glad", Prosody(1.5, 0.9, 0.5), due_s=0.25, seed=7, via=("first",)
    )
    async with started(script) as (adapter, server):
        await hear(adapter, utterance)
        start, chunk, whole, _ = server.requests()
    manner = {
        "voice": {"name": "anna", "speaker": "glad"},
        "tts.due_in_s": 0.25,
        "tts.prosody": {"speed": 1.5, "pitch": 0.9, "volume": 0.5},
        "tts.seed": 7,
        "tts.via": ["first", "me"],
    }
    assert start.data == manner
    assert chunk.data == {"text": "Say   w3:ld   now."}
    assert whole.data == manner | chunk.data


async def test_a_voice_of_another_program_than_the_first_has_it_selected() -> None:
    programs = [program("one", voice("anna"), streams=True), program("two", voice("ben"))]
    async with started(Script(programs=programs)) as (adapter, server):
        await hear(adapter, Utterance(TEXT, "ben"))
        select, synthesize = server.requests()
    assert (select.type, select.data) == ("select-program", {"name": "two"})
    assert synthesize.type == "synthesize"


@pytest.mark.parametrize(
    ("speaker", "sent"), [(None, None), ("calm", "calm"), ("1", "glad"), ("2", ""), ("-1", ""), ("else", "")]
)
async def test_a_speaker_is_known_by_name_or_number(speaker: str | None, sent: str | None) -> None:
    script = Script(programs=[program("theirs", voice("anna", speakers=SPEAKERS))])
    async with started(script) as (adapter, server):
        if sent == "":
            with pytest.raises(UtteranceRejected):
                await hear(adapter, Utterance(TEXT, "anna", speaker))
            assert server.requests() == []
        else:
            await hear(adapter, Utterance(TEXT, "anna", speaker))
            assert server.requests()[0].data["voice"].get("speaker") == sent


async def test_an_unknown_voice_is_not_asked_for() -> None:
    async with started() as (adapter, server):
        assert adapter.accepts("anna")
        assert not adapter.accepts("no-such-voice")
        with pytest.raises(UtteranceRejected):
            await hear(adapter, Utterance(TEXT, "no-such-voice"))
        assert server.requests() == []


@pytest.mark.parametrize(
    ("code", "ours", "foreign"),
    [
        ("overloaded", RateLimited, ProviderUnavailable),
        ("unknown-voice", UtteranceRejected, ProviderUnavailable),
        ("all-providers-failed", ProviderUnavailable, ProviderUnavailable),
        ("bad-audio", BadAudio, ProviderUnavailable),
        ("quota-exhausted", ProviderUnavailable, ProviderUnavailable),
    ],
)
async def test_only_a_server_of_ours_is_taken_at_its_word(
    code: str, ours: type[ProviderError], foreign: type[ProviderError]
) -> None:
    for info, kind in (({"tts.instance": "other"}, ours), ({}, foreign)):
        async with started(Script(info=info, trouble=Trouble.ERROR, code=code)) as (adapter, _):
            with pytest.raises(ProviderError) as caught:
                await hear(adapter)
            assert type(caught.value) is kind
            assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("instance", "via"),
    [
        ("other", ("first", "other")),
        ("other", ("me", "else")),
        ("other", ("a", "b", "c", "d")),
        (None, ("a", "b", "c", "d")),
        (None, ("me",)),
    ],
)
async def test_a_request_that_would_go_round_in_circles_is_refused(instance: str | None, via: tuple[str, ...]) -> None:
    assert MAX_HOPS == 4
    async with started(Script(info={"tts.instance": instance})) as (adapter, server):
        with pytest.raises(UtteranceRejected):
            await hear(adapter, Utterance(TEXT, "anna", via=via))
        assert server.requests() == []
        await hear(adapter, Utterance(TEXT, "anna", via=("a", "b", "c")))
        assert server.requests()[0].data["tts.via"] == ["a", "b", "c", "me"]


async def test_this_very_server_is_no_provider_of_its_own() -> None:
    async with foreign_server(Script(info={"tts.instance": "me"})) as server:
        adapter = adapter_to(server.uri)
        with pytest.raises(ProviderUnavailable, match="this server itself"):
            await adapter.start()
        assert adapter.voices() == ()
        await adapter.aclose()


async def test_it_relays_where_the_other_is_ours_and_as_long_as_nobody_knows() -> None:
    remembered = (Voice("kept", ("en",)),)
    for info, relays in (({"tts.instance": "other"}, True), ({}, False)):
        async with foreign_server(Script(info=info)) as server:
            adapter = adapter_to(server.uri, remembered=remembered)
            assert adapter.capabilities.relays
            await adapter.start()
            assert adapter.capabilities.relays is relays
            await adapter.aclose()


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.DESCRIBE_CUT, ProviderUnavailable),
        (Trouble.DESCRIBE_GARBAGE, ProviderUnavailable),
        (Trouble.DESCRIBE_ERROR, ProviderUnavailable),
    ],
)
async def test_a_start_that_fails_raises_and_keeps_what_was_remembered(
    trouble: Trouble, error: type[ProviderError]
) -> None:
    remembered = (Voice("kept", ("en",)),)
    script = Script(trouble=trouble)
    async with foreign_server(script) as server:
        adapter = adapter_to(server.uri, remembered=remembered)
        for look in (adapter.start, adapter.probe):
            with pytest.raises(ProviderError) as caught:
                await look()
            assert isinstance(caught.value, error)
        assert adapter.voices() == remembered
        script.trouble = Trouble.NONE
        await adapter.start()
        await adapter.start()
        assert [one.name for one in adapter.voices()] == ["anna"]
        await adapter.aclose()


async def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        uris = (f"tcp://127.0.0.1:{taken.getsockname()[1]}", f"unix://{tmp_path}/nobody", f"tcp://{'x' * 64}.invalid:1")
        for uri in uris:
            adapter = adapter_to(uri)
            with pytest.raises(ProviderUnavailable):
                await adapter.start()
            await adapter.aclose()


async def test_a_machine_that_does_not_answer_is_unavailable_in_time() -> None:
    """A full backlog is what a machine that is off looks like: the kernel lets the call hang."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        host, port = deaf.getsockname()
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex((host, port))
        adapter = adapter_to(f"tcp://{host}:{port}", connect_timeout_s=0.1)
        with pytest.raises(ProviderUnavailable, match="no connection in time"):
            await adapter.start()
        for one in waiting:
            one.close()


async def test_a_list_of_nothing_replaces_none_and_is_no_health() -> None:
    script = Script()
    async with started(script) as (adapter, _):
        known = adapter.voices()
        script.programs = []
        await adapter.probe()
        assert adapter.voices() == known
    async with started(Script(programs=[program("theirs")])) as (adapter, _):
        assert adapter.voices() == ()
        with pytest.raises(ProviderUnavailable, match="no voices"):
            await adapter.probe()


class WatchedClock(FakeClock):
    """Counts who goes to sleep."""

    slept = 0

    async def sleep(self, s: float) -> None:
        self.slept += 1
        await super().sleep(s)


async def looked(clock: WatchedClock) -> None:
    """Let the time until the next look pass, and wait for its end."""
    before = clock.slept
    await clock.advance(60.0)
    await until(lambda: clock.slept > before)


async def test_the_list_is_asked_for_at_intervals_and_a_change_of_state_is_told_once() -> None:
    clock, script = WatchedClock(), Script()
    with structlog.testing.capture_logs() as log:
        async with started(script, clock=clock) as (adapter, server):
            script.programs.append(program("more", voice("ben")))
            await clock.advance(59.0)
            assert server.describes == 1
            await looked(clock)
            assert [one.name for one in adapter.voices()] == ["anna", "ben"]
            for trouble in (Trouble.DESCRIBE_CUT, Trouble.DESCRIBE_ERROR, Trouble.DESCRIBE_GARBAGE, Trouble.NONE):
                script.trouble = trouble
                await looked(clock)
            assert [one.name for one in adapter.voices()] == ["anna", "ben"]
            await looked(clock)
    told = [(line["log_level"], line["event"]) for line in log]
    assert told == [("warning", "voices cannot be listed"), ("info", "voices are listed again")]


async def test_what_it_costs_and_whether_it_is_here_follow_the_settings(tmp_path: Path) -> None:
    paid = adapter_to("tcp://192.0.2.1:10200", price_per_1000_characters=1.5, concurrency=7)
    assert (paid.capabilities.free, paid.capabilities.local, paid.capabilities.concurrency) == (False, False, 7)
    here = adapter_to(f"unix://{tmp_path}/socket")
    assert (here.capabilities.free, here.capabilities.local) == (True, True)
    assert here.capabilities.free_probe


async def test_over_a_unix_socket_it_is_the_same(tmp_path: Path) -> None:
    script = Script()
    async with foreign_server(script, path=f"{tmp_path}/socket") as server:
        adapter = adapter_to(server.uri)
        await adapter.start()
        assert samples(await hear(adapter)) == tone(TEXT, script)
        await adapter.aclose()


async def test_a_cancel_at_any_point_leaves_no_connection() -> None:
    async with started(Script(gate=asyncio.Event())) as (adapter, server):
        for turns in range(30):
            speaking = asyncio.create_task(hear(adapter))
            for _ in range(turns):
                await asyncio.sleep(0)
            speaking.cancel()
            await asyncio.wait({speaking})
            assert speaking.cancelled()
        await until(lambda: not server.writers)


async def test_a_server_that_does_not_list_its_voices_is_slow() -> None:
    async with foreign_server(Script(trouble=Trouble.DESCRIBE_UNANSWERED)) as server:
        adapter = adapter_to(server.uri, describe_s=SOON_S)
        with pytest.raises(ProviderTimeout):
            await adapter.start()
        await until(lambda: not server.writers)
