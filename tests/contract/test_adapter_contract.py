"""What every adapter to a local engine must do, the real ones and the fake alike."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.model_host import until, word_host
from tests.fakes.piper_voice import build_piper_voice
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.espeak import EspeakSettings
from wyoming_tts.adapters.local.piper import PiperSettings
from wyoming_tts.adapters.local.worker import WorkerAdapter
from wyoming_tts.adapters.registry import build
from wyoming_tts.errors import ProviderError, ProviderUnavailable, SpeechCutOff, UtteranceRejected
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from wyoming_tts.speech.audio import AudioFormat

PIPER_VOICE = "en_US-tiny-low"
SOON_S = 1.0
"""Ten times what is promised for a listener who has gone."""
TURNS = 40
"""Turns of the loop in which a short utterance passes through everything that can be cancelled."""


@dataclass
class Subject:
    """An adapter under test, and what it can say."""

    adapter: WorkerAdapter
    clock: FakeClock
    voice: str
    long: str
    """A text that keeps its engine busy for far longer than SOON_S, or fills every buffer on the way."""
    short: str = "A few words."

    def utterance(self, text: str = "", *, voice: str = "", speaker: str | None = None) -> Utterance:
        return Utterance(text or self.short, voice or self.voice, speaker)

    async def spoken(self, text: str = "") -> tuple[AudioFormat, bytes]:
        async with self.adapter.synthesize(self.utterance(text)) as stream:
            return stream.format, b"".join([chunk.pcm async for chunk in stream.chunks])

    async def cut_off(self, end: Callable[[], Awaitable[None]]) -> None:
        """Hear the first chunk of a long text, let `end` happen, and hear the rest."""
        async with self.adapter.synthesize(self.utterance(self.long)) as stream:
            await anext(aiter(stream.chunks))
            await end()
            async for _ in stream.chunks:
                pass

    async def first_chunk(self, text: str) -> None:
        """Leave after the first chunk."""
        async with self.adapter.synthesize(self.utterance(text)) as stream:
            await anext(aiter(stream.chunks))

    @property
    def pid(self) -> int:
        assert self.adapter.host.pid is not None
        return self.adapter.host.pid


def make(kind: str, folder: Path) -> Subject:
    clock = FakeClock()
    pool = WorkerPool(None, clock=clock)
    context = AdapterContext(folder, pool, clock, WorkerSettings())
    if kind == "words":
        fake = WorkerAdapter(kind, word_host(clock, pool=pool), Capabilities(marks=True))
        return Subject(fake, clock, "one", long=" ".join(["SLOW"] * 1000))
    if kind == "piper":
        build_piper_voice(folder / "voices", PIPER_VOICE, slow=20)
        piper = build(kind, PiperSettings(), context)
        assert isinstance(piper, WorkerAdapter)
        return Subject(piper, clock, PIPER_VOICE, long="A few words follow here. " * 200)
    espeak = build(kind, EspeakSettings(), context)
    assert isinstance(espeak, WorkerAdapter)
    return Subject(espeak, clock, "en-us", long="Many words follow. " * 1500)


@pytest.fixture(params=["words", "espeak", "piper"])
async def subject(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Subject]:
    """Yield a started adapter; when it is closed it has left nothing."""
    tasks, files = asyncio.all_tasks(), open_files()
    made = make(request.param, tmp_path)
    await made.adapter.start()
    yield made
    await made.adapter.aclose()
    assert psutil.Process().children() == []
    assert asyncio.all_tasks() - tasks <= {asyncio.current_task()}
    assert open_files() <= files


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_entered_with_a_format_and_then_whole_frames(subject: Subject) -> None:
    async with subject.adapter.synthesize(subject.utterance()) as stream:
        assert (stream.format.width, stream.format.channels) == (2, 1)
        sizes = [len(chunk.pcm) async for chunk in stream.chunks]
    assert sum(sizes) > stream.format.size(0.1)
    assert [size for size in sizes if size % stream.format.frame_bytes or not size] == []


async def test_marks_point_at_words_in_order_where_they_are_declared(subject: Subject) -> None:
    if not subject.adapter.capabilities.marks:
        pytest.skip("declares none")
    text = "one two, three"
    async with subject.adapter.synthesize(subject.utterance(text)) as stream:
        chunks = [chunk async for chunk in stream.chunks]
    marks = [mark for chunk in chunks for mark in chunk.marks]
    assert [mark.offset for mark in marks] == [0, 4, 9]
    assert [mark.at_s for mark in marks] == sorted(mark.at_s for mark in marks)
    assert marks[-1].at_s < stream.format.seconds(sum(len(chunk.pcm) for chunk in chunks))


async def test_voices_are_the_same_every_time(subject: Subject) -> None:
    before = list(subject.adapter.voices())
    await subject.adapter.probe()
    assert list(subject.adapter.voices()) == before
    assert subject.voice in [voice.name for voice in before]
    assert len({voice.name for voice in before}) == len(before)
    assert all(voice.languages for voice in before)
    assert subject.adapter.accepts(subject.voice)
    assert not subject.adapter.accepts("no-such-voice")


async def test_an_unknown_voice_or_speaker_is_rejected(subject: Subject) -> None:
    assert not subject.adapter.accepts(f"{subject.voice}+no-such")
    with pytest.raises(UtteranceRejected) as caught:
        async with subject.adapter.synthesize(subject.utterance(voice="no-such-voice")):
            raise AssertionError("was accepted")
    assert caught.value.provider == subject.adapter.name
    with pytest.raises(UtteranceRejected):
        await subject.adapter.warm("no-such-voice")
    assert (await subject.spoken())[1]


async def test_a_voice_can_be_loaded_ahead(subject: Subject) -> None:
    await subject.adapter.warm(subject.voice)
    assert (await subject.spoken())[1]


async def test_leaving_early_frees_the_engine(subject: Subject) -> None:
    await subject.spoken()
    await subject.first_chunk(subject.long)
    began = time.monotonic()
    await subject.first_chunk(subject.short)
    assert time.monotonic() - began < SOON_S


async def test_two_at_once_are_both_heard(subject: Subject) -> None:
    alone = len((await subject.spoken())[1])
    both = await asyncio.gather(subject.spoken(), subject.spoken())
    # eSpeak NG's sample counts differ a little from call to call.
    assert [len(pcm) for _, pcm in both] == [pytest.approx(alone, rel=0.05)] * 2


async def test_a_cancel_at_any_point_leaves_no_task_and_no_file(subject: Subject) -> None:
    await subject.spoken()
    tasks, files, pid = asyncio.all_tasks(), open_files(), subject.pid
    for turns in range(TURNS):
        speaking = asyncio.create_task(subject.spoken(subject.long))
        for _ in range(turns):
            await asyncio.sleep(0)
        speaking.cancel()
        await asyncio.wait({speaking})
        assert speaking.cancelled()
    # A worker that was left in the middle is asked for its pulse, on a connection that ends by itself.
    await until(lambda: asyncio.all_tasks() == tasks and open_files() <= files)
    assert (await subject.spoken())[1]
    assert subject.pid == pid


async def test_a_worker_killed_in_the_middle_cuts_the_speech_off_and_comes_back(subject: Subject) -> None:
    pid = subject.pid

    async def kill() -> None:
        os.kill(pid, signal.SIGKILL)

    with pytest.raises(SpeechCutOff):
        await subject.cut_off(kill)
    assert (await subject.spoken())[1], "somebody waits for the rest: it starts again at once"
    assert not psutil.pid_exists(pid)
    pid = subject.pid
    with pytest.raises(SpeechCutOff):
        await subject.cut_off(kill)
    waiting = asyncio.create_task(subject.spoken())
    await subject.clock.advance(0.2)
    assert subject.adapter.host.pid is None, "the second time it takes a breath"
    await subject.clock.advance(0.1)
    assert (await waiting)[1]


async def test_a_start_that_failed_can_be_made_up_for(subject: Subject) -> None:
    os.kill(subject.pid, signal.SIGSTOP)
    starting = asyncio.create_task(subject.adapter.probe())
    await asyncio.sleep(0)
    os.kill(subject.pid, signal.SIGKILL)
    with pytest.raises(ProviderUnavailable):
        await starting
    await subject.adapter.start()
    await subject.adapter.start()
    assert subject.adapter.accepts(subject.voice)


async def test_a_worker_killed_while_many_wait_fails_each_of_them(subject: Subject) -> None:
    speaking = [asyncio.create_task(subject.spoken(subject.long)) for _ in range(5)]
    await asyncio.sleep(0)
    os.kill(subject.pid, signal.SIGKILL)
    done, _ = await asyncio.wait(speaking, timeout=10)
    assert len(done) == 5
    assert all(isinstance(task.exception(), ProviderError) for task in done)


async def test_closing_twice_is_fine_and_then_nothing_is_spoken(subject: Subject) -> None:
    await subject.adapter.aclose()
    await subject.adapter.aclose()
    with pytest.raises(ProviderUnavailable):
        await subject.spoken()
    with pytest.raises(ProviderUnavailable):
        await subject.adapter.probe()


async def test_closing_in_the_middle_of_speech_ends_it(subject: Subject) -> None:
    with pytest.raises(SpeechCutOff):
        await subject.cut_off(subject.adapter.aclose)
