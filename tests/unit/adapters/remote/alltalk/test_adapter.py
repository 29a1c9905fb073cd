"""AllTalk both ways: streaming, and made whole and fetched."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import FakeClock, settle
from tests.fakes.model_host import until
from tests.fakes.telling import told
from tests.fakes.voice_shelf import VoiceShelf
from tests.servers.alltalk_server import PIPER, RATE, XTTS, AllTalkServer
from tests.servers.fake_api import RETRY_AFTER_S, Knob
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.alltalk.adapter import AllTalkAdapter, build
from wyoming_tts.adapters.remote.alltalk.server import LOOK_AGAIN_S
from wyoming_tts.adapters.remote.alltalk.settings import AllTalkSettings
from wyoming_tts.errors import (
    BadAudio,
    BadCredentials,
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
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TEXT = "Hush, a word of the house."
VOICE = "female_01.wav"
TURNS = 40
SOON_S = 1.0
STREAM, MAKE, STOP = "GET /api/tts-generate-streaming", "POST /api/tts-generate", "PUT /api/stop-generation"
FILE = "GET /audio/wyoming_tts_17320000001a2b3.wav"


class Subject:
    """The adapter, its server and its clock."""

    def __init__(self, fake: AllTalkServer) -> None:
        self.fake = fake
        self.clock = FakeClock()
        self.memory = VoiceShelf()
        self.stack = AsyncExitStack()

    async def start(self, **keys: Any) -> AllTalkAdapter:
        adapter = await self.built(**keys)
        await adapter.start()
        self.fake.asked.clear()
        return adapter

    async def built(self, **keys: Any) -> AllTalkAdapter:
        settings = AllTalkSettings.model_validate({"base_url": self.fake.url, "read_timeout_s": 0.3, **keys})
        pool = WorkerPool(None, clock=self.clock)
        context = AdapterContext(Path(), pool, self.clock, WorkerSettings(), memory=self.memory)
        adapter = build("mine", settings, context)
        self.stack.push_async_callback(context.http.aclose)
        self.stack.push_async_callback(adapter.aclose)
        return adapter


@pytest.fixture
async def subject() -> AsyncIterator[Subject]:
    """Yield one whose adapters are closed at the end and have left nothing."""
    tasks, files = asyncio.all_tasks(), open_files()
    async with AllTalkServer() as fake:
        made = Subject(fake)
        async with made.stack:
            yield made
    await until(lambda: asyncio.all_tasks() - tasks <= {asyncio.current_task()} and open_files() <= files)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def utterance(text: str = TEXT, **parts: Any) -> Utterance:
    return Utterance(text, **{"voice": VOICE, **parts})


async def spoken(adapter: AllTalkAdapter, saying: Utterance | None = None) -> tuple[int, bytes]:
    """Return rate and PCM of an utterance."""
    async with adapter.synthesize(saying or utterance()) as stream:
        assert (stream.format.width, stream.format.channels) == (2, 1)
        return stream.format.rate, b"".join([chunk.pcm async for chunk in stream.chunks])


async def first_chunk(adapter: AllTalkAdapter) -> None:
    """Leave after the first chunk."""
    async with adapter.synthesize(utterance()) as stream:
        await anext(aiter(stream.chunks))


async def failing(adapter: AllTalkAdapter, saying: Utterance | None = None) -> ProviderError:
    """Return how an utterance fails, which must not tell its text."""
    with pytest.raises(ProviderError) as caught:
        await spoken(adapter, saying)
    assert TEXT not in told(caught.value)
    assert "Hush%2C" not in told(caught.value)
    assert caught.value.__context__ is caught.value.__cause__, "one that led to it, and none that came of it"
    return caught.value


# Both ways


async def test_what_streams_is_heard_whole(subject: Subject) -> None:
    adapter = await subject.start()
    assert await spoken(adapter) == (RATE, subject.fake.audio)
    assert subject.fake.paths == [STREAM]
    assert subject.fake.sent == [{"text": TEXT, "voice": VOICE, "language": "en", "output_file": "wyoming_tts"}]
    assert adapter.capabilities.streams


async def test_what_does_not_is_made_and_fetched(subject: Subject) -> None:
    subject.fake.settings = dict(PIPER)
    adapter = await subject.start()
    assert await spoken(adapter) == (RATE, subject.fake.audio)
    assert subject.fake.paths == [MAKE, FILE]
    assert subject.fake.sent[0]["narrator_enabled"] == "false"
    assert not adapter.capabilities.streams


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:7851/audio/{name}", "https://another.example/audio/{name}", "audio/{name}"]
)
async def test_only_the_path_of_an_address_is_taken(subject: Subject, address: str) -> None:
    subject.fake.file_url = address
    adapter = await subject.start(streaming="off")
    assert (await spoken(adapter))[1] == subject.fake.audio
    assert subject.fake.paths == [MAKE, FILE]


async def test_a_server_behind_a_path_is_asked_behind_it(subject: Subject) -> None:
    adapter = await subject.built(base_url=f"{subject.fake.url}/alltalk")
    with pytest.raises(ProviderUnavailable, match="check its address"):
        await adapter.start()
    assert subject.fake.paths == ["GET /alltalk/api/ready"]


async def test_another_speed_is_made_whole(subject: Subject) -> None:
    adapter = await subject.start()
    await spoken(adapter, utterance(prosody=Prosody(speed=1.5)))
    assert subject.fake.paths == [MAKE, FILE]
    assert subject.fake.sent[0]["speed"] == "1.50"


async def test_the_language_of_the_text_goes_before_that_of_the_voice(subject: Subject) -> None:
    adapter = await subject.start(languages=["fr", "zh"])
    assert [voice.languages for voice in adapter.voices()] == [("fr", "zh")] * 3
    await spoken(adapter)
    await spoken(adapter, utterance(language="zh-TW"))
    assert [sent["language"] for sent in subject.fake.sent] == ["fr", "zh-cn"]


# Failures


@pytest.mark.parametrize("streaming", ["on", "off"])
@pytest.mark.parametrize("fails_at", ["speech", "file"])
@pytest.mark.parametrize(
    ("knob", "kind"),
    [
        (Knob.NO_HEADERS, ProviderTimeout),
        (Knob.STALL, ProviderTimeout),
        (Knob.CUT, SpeechCutOff),
        (Knob.EMPTY, NoAudio),
        (Knob.WRONG_TYPE, BadAudio),
        (Knob.JSON, BadAudio),
        (Knob.GARBAGE, BadAudio),
        (Knob.BAD_REQUEST, UtteranceRejected),
        (Knob.UNAUTHORIZED, BadCredentials),
        (Knob.RATE_LIMITED, RateLimited),
        (Knob.SERVER_ERROR, ProviderUnavailable),
        (Knob.REDIRECT, ProviderUnavailable),
    ],
)
async def test_each_fault_has_its_error_and_the_next_utterance_is_heard(
    subject: Subject, streaming: str, fails_at: str, knob: Knob, kind: type[ProviderError]
) -> None:
    adapter = await subject.start(streaming=streaming)
    subject.fake.knob, subject.fake.fails_at = knob, fails_at
    error = await failing(adapter)
    assert isinstance(error, kind)
    assert error.provider == "mine"
    assert error.retry_after_s == (RETRY_AFTER_S if knob is Knob.RATE_LIMITED else None)
    await asyncio.wait_for(subject.fake.idle(), SOON_S)
    subject.fake.knob = Knob.OK
    assert (await spoken(adapter))[1] == subject.fake.audio


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "error", "message": TEXT},
        {"status": "generate-failure", "error": TEXT},
        {"status": "generate-success"},
        {"status": "generate-success", "output_file_url": None},
        {"status": "generate-success", "output_file_url": ""},
        {"status": "generate-success", "output_file_url": "http://127.0.0.1:7851"},
        {"status": "generate-success", "output_file_url": "http://[/x"},
        {"output_file_url": "/audio/x.wav"},
        [1],
        "generate-success",
        None,
        {"status": "generate-success", "filler": "x" * 70_000},
    ],
)
async def test_an_answer_that_names_no_file_is_no_audio(subject: Subject, answer: Any) -> None:
    adapter = await subject.start(streaming="off")
    subject.fake.answer = answer if answer is not None else "null"
    assert type(await failing(adapter)) is BadAudio
    assert subject.fake.paths == [MAKE]


async def test_a_file_that_may_not_be_written_is_no_wrong_key(subject: Subject) -> None:
    adapter = await subject.start()
    subject.fake.key = "somebody else's"
    assert type(await failing(adapter)) is BadCredentials, "of a server in front of it"
    subject.fake.key, subject.fake.status = "", 403
    error = await failing(adapter)
    assert (type(error), error.detail) == (ProviderUnavailable, "HTTP 403 generate-failure")


async def test_validation_errors_are_the_texts_own(subject: Subject) -> None:
    adapter = await subject.start()
    subject.fake.status = 422
    error = await failing(adapter)
    assert (type(error), error.detail) == (UtteranceRejected, "HTTP 422 missing")


async def test_what_it_cannot_say_is_not_sent(subject: Subject) -> None:
    adapter = await subject.start(max_chars=20)
    assert type(await failing(adapter, utterance(voice="no-such-voice"))) is UtteranceRejected
    assert type(await failing(adapter, utterance("x" * 21))) is UtteranceRejected
    assert subject.fake.asked == []


async def test_an_engine_that_was_changed_meanwhile_is_noticed_at_the_first_failure(subject: Subject) -> None:
    adapter = await subject.start()
    subject.fake.settings = dict(PIPER)
    error = await failing(adapter)
    assert (type(error), error.detail) == (UtteranceRejected, "HTTP 400")
    subject.fake.asked.clear()
    assert (await spoken(adapter))[1] == subject.fake.audio
    assert subject.fake.paths == ["GET /api/ready", "GET /api/currentsettings", MAKE, FILE]
    await spoken(adapter)
    assert subject.fake.paths[4:] == [MAKE, FILE], "looked at once"


async def test_a_server_that_was_down_at_the_start_streams_at_once(subject: Subject) -> None:
    await subject.start()
    await subject.fake.__aexit__()
    later = await subject.built()
    with pytest.raises(ProviderUnavailable):
        await later.start()
    await subject.fake.__aenter__()
    assert (await spoken(later))[1] == subject.fake.audio
    assert subject.fake.paths == ["GET /api/ready", "GET /api/currentsettings", STREAM]


# Its model


async def test_an_utterance_waits_for_the_model_and_that_is_no_fault(subject: Subject) -> None:
    adapter = await subject.start(read_timeout_s=10)
    assert adapter.is_warm(VOICE)
    subject.fake.state = "Unloaded"
    with pytest.raises(ProviderUnavailable, match="loading its model"):
        await adapter.probe()
    assert not adapter.is_warm(VOICE)
    speaking = asyncio.create_task(spoken(adapter))
    await until(lambda: subject.fake.paths.count("GET /api/ready") == 2)
    await subject.clock.advance(LOOK_AGAIN_S)
    await until(lambda: subject.fake.paths.count("GET /api/ready") == 3)
    assert STREAM not in subject.fake.paths
    subject.fake.state = "Ready"
    while not speaking.done():
        await subject.clock.advance(LOOK_AGAIN_S)
        await asyncio.sleep(0.002)
    assert (await speaking)[1] == subject.fake.audio
    assert adapter.is_warm(VOICE)


async def test_a_model_that_never_comes_is_too_slow(subject: Subject) -> None:
    subject.fake.state = "Unloaded"
    adapter = await subject.start(read_timeout_s=2)
    speaking = asyncio.create_task(failing(adapter))
    while not speaking.done():
        await subject.clock.advance(LOOK_AGAIN_S)
        await asyncio.sleep(0.002)
    error = await speaking
    assert (type(error), error.detail) == (ProviderTimeout, "it is still loading its model")


async def test_warming_looks_again(subject: Subject) -> None:
    subject.fake.state = "Unloaded"
    adapter = await subject.start()
    subject.fake.state = "Ready"
    await adapter.warm(VOICE)
    assert adapter.is_warm(VOICE)
    subject.fake.asked.clear()
    await adapter.warm(VOICE)
    assert subject.fake.asked == []
    with pytest.raises(UtteranceRejected):
        await adapter.warm("no-such-voice")


async def test_a_connection_is_kept_ready_while_it_is_in_use(subject: Subject) -> None:
    adapter = await subject.start()
    await spoken(adapter)
    await subject.clock.advance(60)
    await adapter.warm(VOICE)
    assert [asked.method for asked in subject.fake.asked] == ["GET", "HEAD"]


async def test_without_a_model_it_says_so(subject: Subject) -> None:
    subject.fake.settings = {**XTTS, "current_model_loaded": None}
    adapter = await subject.start()
    with pytest.raises(ProviderUnavailable, match="no model is loaded"):
        await adapter.probe()
    subject.fake.knob = Knob.BAD_REQUEST
    await failing(adapter)
    assert (await failing(adapter)).detail == "no model is loaded there"


@pytest.mark.parametrize(("state", "settings"), [("<html>", XTTS), ("", XTTS), ("x" * 2_000, XTTS), ("Ready", [1])])
async def test_another_kind_of_server_is_noticed(subject: Subject, state: str, settings: Any) -> None:
    subject.fake.state, subject.fake.settings = state, settings
    adapter = await subject.built()
    with pytest.raises(ProviderError):
        await adapter.start()


# Leaving


async def test_left_early_it_is_told_to_stop_and_the_next_one_is_whole(subject: Subject) -> None:
    subject.fake.paced = True
    adapter = await subject.start()
    for _ in range(3):
        await first_chunk(adapter)
        assert not subject.fake.generating
    assert subject.fake.stopped == [TEXT] * 3
    subject.fake.paced = False
    assert (await spoken(adapter))[1] == subject.fake.audio
    assert not subject.fake.stopping, "no stop is left over for somebody"


async def test_heard_to_its_end_it_is_not_told(subject: Subject) -> None:
    adapter = await subject.start()
    await spoken(adapter)
    assert subject.fake.paths == [STREAM]


async def test_a_listener_who_leaves_waits_a_moment_only(subject: Subject) -> None:
    subject.fake.paced = True
    subject.fake.stop_gate = asyncio.Event()
    adapter = await subject.start(read_timeout_s=5)
    subject.fake.knob = Knob.STALL
    began = asyncio.get_running_loop().time()
    await first_chunk(adapter)
    assert asyncio.get_running_loop().time() - began < SOON_S
    await asyncio.wait_for(subject.fake.idle(), SOON_S)
    # Nobody else begins before the server has taken it, since it would stop him.
    subject.fake.knob = Knob.OK
    speaking = asyncio.create_task(spoken(adapter))
    await settle()
    assert subject.fake.paths == [STREAM, STOP]
    subject.fake.stop_gate.set()
    assert (await speaking)[1] == subject.fake.audio


async def test_a_whole_one_that_nobody_waits_for_is_stopped_where_that_harms_nobody(subject: Subject) -> None:
    for settings, told_to_stop in ((PIPER, [MAKE, STOP]), (XTTS, [MAKE])):
        subject.fake.settings = dict(settings)
        adapter = await subject.start(streaming="off", read_timeout_s=5)
        subject.fake.knob = Knob.NO_HEADERS
        speaking = asyncio.create_task(spoken(adapter))
        await until(lambda: subject.fake.open == 1)
        speaking.cancel()
        await asyncio.wait({speaking})
        assert speaking.cancelled()
        assert subject.fake.paths == told_to_stop
        await asyncio.wait_for(subject.fake.idle(), SOON_S)
        subject.fake.knob = Knob.OK


async def test_a_server_that_is_asked_for_several_is_never_told(subject: Subject) -> None:
    subject.fake.paced = True
    adapter = await subject.start(concurrency=2)
    await first_chunk(adapter)
    await asyncio.wait_for(subject.fake.idle(), SOON_S)
    assert subject.fake.paths == [STREAM]


async def test_an_older_server_that_cannot_be_told_is_left_anyway(subject: Subject) -> None:
    subject.fake.paced, subject.fake.can_stop = True, False
    adapter = await subject.start()
    await first_chunk(adapter)
    assert subject.fake.paths == [STREAM, STOP]
    assert (await spoken(adapter))[1] == subject.fake.audio


@pytest.mark.parametrize("streaming", ["on", "off"])
async def test_a_cancel_at_any_turn_leaves_nothing(subject: Subject, streaming: str) -> None:
    adapter = await subject.start(streaming=streaming)
    await spoken(adapter)
    await first_chunk(adapter)  # it keeps a second connection now, over which it says to stop
    tasks, files = len(asyncio.all_tasks()), open_files()
    for turns in range(TURNS):
        speaking = asyncio.create_task(spoken(adapter))
        await settle(turns)
        speaking.cancel()
        await asyncio.wait({speaking})
        assert speaking.cancelled() or speaking.exception() is None
    await subject.fake.idle()
    await until(lambda: len(asyncio.all_tasks()) <= tasks and open_files() <= files)
    assert (await spoken(adapter))[1] == subject.fake.audio
    assert not subject.fake.stopping


async def test_cancelled_twice_it_leaves_at_once_and_the_telling_goes_on(subject: Subject) -> None:
    subject.fake.stop_gate = asyncio.Event()
    adapter = await subject.start(read_timeout_s=5)
    subject.fake.knob = Knob.STALL
    begun = asyncio.Event()

    async def listen() -> None:
        async with adapter.synthesize(utterance()) as stream:
            begun.set()
            async for _ in stream.chunks:
                pass

    speaking = asyncio.create_task(listen())
    await begun.wait()
    speaking.cancel()
    await until(lambda: STOP in subject.fake.paths)
    speaking.cancel()
    await asyncio.wait({speaking})
    assert speaking.cancelled()
    subject.fake.stop_gate.set()
    subject.fake.knob = Knob.OK
    assert (await spoken(adapter))[1] == subject.fake.audio


async def test_it_says_that_it_speaks_one_after_the_other(subject: Subject) -> None:
    assert (await subject.start()).capabilities.concurrency == 1


async def test_closed_it_says_nothing_more(subject: Subject) -> None:
    adapter = await subject.start()
    subject.fake.knob = Knob.STALL
    speaking = asyncio.create_task(failing(adapter))
    await until(lambda: subject.fake.open == 1)
    await adapter.aclose()
    await adapter.aclose()
    assert isinstance(await asyncio.wait_for(speaking, SOON_S), ProviderError)
    assert type(await failing(adapter)) is ProviderUnavailable
    with pytest.raises(ProviderUnavailable):
        await adapter.probe()


async def test_closed_while_it_is_being_told_it_waits_for_that_a_little(subject: Subject) -> None:
    subject.fake.stop_gate = asyncio.Event()
    adapter = await subject.start(read_timeout_s=30)
    subject.fake.knob = Knob.STALL
    await first_chunk(adapter)
    closing = asyncio.create_task(adapter.aclose())
    await settle()
    assert not closing.done()
    subject.fake.stop_gate.set()
    await asyncio.wait_for(closing, SOON_S)
