from __future__ import annotations

import asyncio
import os
import resource
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock
from tests.fakes.model_host import spoken, until, word_host
from tests.fakes.models import FORMAT, REMARKS, VOICES, WORD_S
from wyoming_tts.errors import (
    BadAudio,
    ModelTooLarge,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.speech.audio import Mark
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.info import WorkerInfo
from wyoming_tts.workers.life import STEP_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.workers.host import WorkerHost

WORD_BYTES = FORMAT.size(WORD_S)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid)


async def pid_of(host: WorkerHost) -> int:
    await host.start()
    assert host.pid is not None
    return host.pid


async def test_a_host_that_is_never_asked_starts_nothing(clock: FakeClock) -> None:
    host = word_host(clock)
    assert (host.pid, host.state) == (None, "stopped")
    await host.aclose()
    assert host.state == "closed"


async def test_voices_keep_every_field_on_their_way(clock: FakeClock) -> None:
    host = word_host(clock)
    assert await host.describe() == WorkerInfo(VOICES, REMARKS)
    await host.aclose()


async def test_audio_and_marks_arrive_as_the_model_made_them(clock: FakeClock) -> None:
    host = word_host(clock)
    async with host.synthesize(Utterance("good old words", "two", "anna")) as stream:
        assert stream.format == FORMAT
        chunks = [chunk async for chunk in stream.chunks]
    assert [len(chunk.pcm) for chunk in chunks] == [WORD_BYTES] * 3
    assert [mark for chunk in chunks for mark in chunk.marks] == [Mark(0, 0.0), Mark(5, 0.1), Mark(9, 0.2)]
    await host.aclose()


async def test_a_sentence_in_one_piece_is_cut_into_frames_that_fit(clock: FakeClock) -> None:
    host = word_host(clock)
    async with host.synthesize(Utterance("LONG", "one")) as stream:
        sizes = [len(chunk.pcm) async for chunk in stream.chunks]
    assert sum(sizes) == 3 * 1024 * 1024 + WORD_BYTES
    assert max(sizes) <= 64 * 1024
    await host.aclose()


@pytest.mark.parametrize(
    ("text", "voice", "speaker", "error"),
    [
        ("hello", "nobody", None, UtteranceRejected),
        ("hello", "two", "nobody", UtteranceRejected),
        ("hel\0lo", "one", None, UtteranceRejected),
        ("FAIL now", "one", None, ProviderUnavailable),
        ("say FAIL", "one", None, SpeechCutOff),
        ("say DIE", "one", None, SpeechCutOff),
        ("DIE", "one", None, ProviderUnavailable),
        ("say HALF", "one", None, BadAudio),
    ],
)
async def test_a_failure_has_its_class_and_never_the_words(
    clock: FakeClock, text: str, voice: str, speaker: str | None, error: type[ProviderError]
) -> None:
    host = word_host(clock)
    with capture_logs() as logs, pytest.raises(error) as caught:
        await spoken(host, text, voice, speaker)
    await host.aclose()
    assert caught.value.code == error.code
    assert caught.value.provider == "words"
    assert not [word for word in ("secret", "hello", "say") if word in f"{caught.value} {logs}"]


async def test_a_failed_utterance_leaves_the_worker_running(clock: FakeClock) -> None:
    host = word_host(clock)
    pid = await pid_of(host)
    with pytest.raises(SpeechCutOff):
        await spoken(host, "say FAIL")
    assert len(await spoken(host, "again")) == WORD_BYTES
    assert host.pid == pid
    await host.aclose()


async def test_a_model_too_large_for_the_memory_is_named_so(clock: FakeClock) -> None:
    host = word_host(clock)
    await host.load("one")
    with pytest.raises(ModelTooLarge):
        await host.load("huge")
    with pytest.raises(UtteranceRejected):
        await host.load("nobody")
    await host.aclose()


async def test_leaving_early_stops_an_engine_in_the_middle_of_a_step(clock: FakeClock) -> None:
    host = word_host(clock, interleaves=False)
    async with host.synthesize(Utterance("say HANG", "one")) as stream:
        await anext(aiter(stream.chunks))
    began = time.monotonic()
    await spoken(host, "next")
    assert time.monotonic() - began < 1.0
    await host.aclose()


async def test_a_newcomer_waits_for_one_step_and_not_for_a_sentence(clock: FakeClock) -> None:
    host = word_host(clock)
    order: list[str] = []

    async def say(name: str, text: str) -> None:
        async with host.synthesize(Utterance(text, "one")) as stream:
            async for _ in stream.chunks:
                order.append(name)  # noqa: PERF401 - the order of both is what counts

    async with asyncio.TaskGroup() as group:
        group.create_task(say("first", " ".join(["SLOW"] * 50)))
        await until(lambda: len(order) >= 3)
        group.create_task(say("second", "now"))
    assert "second" in order[3:10]
    assert order.count("first") == 50
    await host.aclose()


async def test_a_model_that_cannot_be_made_says_why_and_backs_off(clock: FakeClock) -> None:
    host = word_host(clock, fails=True)
    with pytest.raises(ProviderUnavailable, match="FileNotFoundError"):
        await host.start()
    assert (host.state, host.restarts, host.pid) == ("stopped", 1, None)
    for _ in range(4):
        starting = asyncio.create_task(host.start())
        await clock.advance(1.0)
        with pytest.raises(ProviderUnavailable, match="FileNotFoundError"):
            await starting
    assert host.state == "backoff"
    with pytest.raises(ProviderUnavailable, match=r"starts again in 2\.0 s") as told:
        await host.start()
    assert told.value.retry_after_s == 2.0
    await host.aclose()


async def test_who_met_a_crash_is_told_when_the_next_worker_starts(clock: FakeClock) -> None:
    host = word_host(clock)
    told = []
    for _ in range(3):
        dying = asyncio.create_task(spoken(host, "DIE"))
        await clock.advance(1.0)
        with pytest.raises(ProviderUnavailable) as caught:
            await dying
        told.append(caught.value.retry_after_s)
    assert told == [0.0, 0.25, 0.5]
    await host.aclose()


async def crash(host: WorkerHost, clock: FakeClock, times: int) -> None:
    """Let one text kill the worker again and again; whoever sends it waits out the backoff."""
    for _ in range(times):
        dying = asyncio.create_task(spoken(host, "DIE"))
        await clock.advance(1.0)
        with pytest.raises(ProviderUnavailable):
            await dying
        await until(lambda: host.pid is None)


async def test_a_text_that_kills_the_pinned_worker_makes_the_others_wait_a_second_at_most(clock: FakeClock) -> None:
    host = word_host(clock)
    host.pinned = True
    await crash(host, clock, 6)
    assert host.state == "backoff"
    with pytest.raises(ProviderUnavailable, match="starts again in"):
        await host.describe()
    speaking = asyncio.create_task(spoken(host, "hello"))
    await clock.advance(0.9)
    assert host.pid is None
    await clock.advance(0.1)
    assert len(await speaking) == WORD_BYTES
    await host.aclose()


@pytest.mark.parametrize(
    ("patience_s", "due_s", "waits"),
    [(None, 0.0, False), (None, 9.0, False), (3.9, 0.0, False), (4.1, 0.0, True), (1.0, 2.9, False), (1.0, 3.1, True)],
)
async def test_the_patient_wait_for_the_next_start_and_the_others_are_told_at_once(
    clock: FakeClock, patience_s: float | None, due_s: float, *, waits: bool
) -> None:
    host = word_host(clock, fails=True)
    for _ in range(5):
        starting = asyncio.create_task(host.start())
        await clock.advance(1.0)
        with pytest.raises(ProviderUnavailable):
            await starting

    async def speak() -> None:
        async with host.synthesize(Utterance("hello", "one", patience_s=patience_s, due_s=due_s)):
            pass

    speaking = asyncio.create_task(speak())
    await clock.advance(2.0 if waits else 0.0)
    with pytest.raises(ProviderUnavailable, match="FileNotFoundError" if waits else r"starts again in 2\.0 s"):
        await speaking
    await host.aclose()


async def test_many_who_wait_for_the_next_start_share_it(clock: FakeClock) -> None:
    host = word_host(clock)
    await crash(host, clock, 2)
    assert host.state == "backoff"
    speaking = [asyncio.create_task(spoken(host, "hello")) for _ in range(5)]
    await clock.advance(0.25)
    assert {len(pcm) for pcm in await asyncio.gather(*speaking)} == {WORD_BYTES}
    assert host.restarts == 2
    assert len(psutil.Process().children()) == 1
    await host.aclose()


async def leave(host: WorkerHost, text: str) -> None:
    """Lose patience in the middle of an utterance."""
    async with host.synthesize(Utterance(text, "one")) as stream:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                async for _ in stream.chunks:
                    pass
        raise ProviderTimeout(provider="words")


async def test_a_worker_that_stands_still_is_replaced_after_somebody_lost_patience(clock: FakeClock) -> None:
    host = word_host(clock, start_timeout_s=2.0)
    await spoken(host, "hello")
    pid = host.pid or 0
    os.kill(pid, signal.SIGSTOP)
    with capture_logs() as logs:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await spoken(host, "hello")
        await until(lambda: host.pid is None)
        assert gone(pid)
        assert len(await spoken(host, "again")) == WORD_BYTES
    assert [line["event"] for line in logs] == ["worker hangs", "worker crashed"]
    assert host.restarts == 1
    await host.aclose()


async def test_an_engine_stuck_in_a_step_is_replaced_after_somebody_lost_patience(clock: FakeClock) -> None:
    host = word_host(clock, interleaves=False)
    pid = await pid_of(host)
    with pytest.raises(ProviderTimeout):
        await leave(host, "say STUCK")
    await until(lambda: bool(clock._sleepers))
    assert not gone(pid)
    await clock.advance(STEP_S)
    await until(lambda: gone(pid))
    await host.aclose()


async def test_an_engine_busy_with_others_is_left_in_peace(clock: FakeClock) -> None:
    host = word_host(clock)
    pid = await pid_of(host)
    async with asyncio.TaskGroup() as group:
        busy = group.create_task(spoken(host, " ".join(["SLOW"] * 60)))
        with pytest.raises(ProviderTimeout):
            await leave(host, "SLOW " * 100)
        await until(lambda: bool(clock._sleepers))
        await asyncio.wait({busy}, timeout=0.2)
        await clock.advance(STEP_S)
        assert len(await busy) == 60 * WORD_BYTES
    assert host.pid == pid
    assert host.restarts == 0
    await host.aclose()


async def test_a_worker_that_hangs_up_but_lives_is_killed(clock: FakeClock) -> None:
    host = word_host(clock)
    pid = await pid_of(host)
    with pytest.raises((SpeechCutOff, ProviderUnavailable)):
        await spoken(host, "say HANGUP")
    assert gone(pid)
    assert len(await spoken(host, "again")) == WORD_BYTES
    await host.aclose()


@contextmanager
def no_descriptors_left() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    held = []
    try:
        with suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


async def test_our_own_want_of_descriptors_kills_no_healthy_worker(clock: FakeClock) -> None:
    host = word_host(clock)
    await spoken(host, "hello")
    pid = host.pid
    with no_descriptors_left(), pytest.raises(ProviderUnavailable, match="OSError"):
        await spoken(host, "hello")
    assert len(await spoken(host, "hello")) == WORD_BYTES
    assert (host.pid, host.restarts) == (pid, 0)
    await host.aclose()


async def test_a_killed_worker_s_folder_is_removed_without_a_descriptor(clock: FakeClock) -> None:
    host = word_host(clock)
    pid = await pid_of(host)
    assert host._life is not None
    folder = Path(host._life.process.path).parent
    with no_descriptors_left():
        os.kill(pid, signal.SIGKILL)
        await until(lambda: host.pid is None)
    assert not folder.exists()
    await host.aclose()


async def test_an_interpreter_that_is_not_there_is_unavailable(clock: FakeClock) -> None:
    host = word_host(clock)
    host._spec = type(host._spec)("tests.fakes.models", python="/nowhere/python")
    with pytest.raises(ProviderUnavailable, match="FileNotFoundError"):
        await host.start()
    await host.aclose()


async def test_a_model_whose_voices_fail_does_not_count_as_started(clock: FakeClock) -> None:
    host = word_host(clock, broken_voices=True)
    with pytest.raises(ProviderUnavailable):
        await host.start()
    assert host.pid is None
    await host.aclose()


async def test_a_worker_that_does_not_start_in_time_is_ended(clock: FakeClock) -> None:
    host = word_host(clock, never=True, start_timeout_s=0.5)
    starting = asyncio.create_task(host.start())
    await until(lambda: host.pid is not None)
    pid = host.pid or 0
    with pytest.raises(ProviderTimeout):
        await starting
    await until(lambda: gone(pid))
    await host.aclose()


async def test_an_engine_that_hangs_for_good_is_replaced_when_probed(clock: FakeClock) -> None:
    host = word_host(clock, interleaves=False, start_timeout_s=3.0)
    pid = await pid_of(host)
    async with host.synthesize(Utterance("say STUCK", "one")) as stream:
        await anext(aiter(stream.chunks))
        with pytest.raises(ProviderTimeout):
            await host.describe()
    await until(lambda: gone(pid) and host.pid is None)
    await clock.advance(1.0)
    assert (await host.describe()).voices == VOICES
    await host.aclose()


async def test_a_healthy_worker_that_is_killed_starts_again_at_once(clock: FakeClock) -> None:
    host = word_host(clock)
    pid = await pid_of(host)
    await clock.advance(11.0)
    with capture_logs() as logs:
        os.kill(pid, signal.SIGKILL)
        await until(lambda: host.pid is None)
    assert len(await spoken(host, "again")) == WORD_BYTES
    assert [(line["event"], line["exit_code"], line["retry_in_s"]) for line in logs] == [("worker crashed", -9, 0.0)]
    await host.aclose()


async def test_what_an_engine_prints_is_counted_and_not_kept(clock: FakeClock) -> None:
    host = word_host(clock)
    with capture_logs() as logs:
        with pytest.raises(SpeechCutOff):
            await spoken(host, "say DIE")
        await until(lambda: host.pid is None)
    await host.aclose()
    crash = next(line for line in logs if line["event"] == "worker crashed")
    assert (crash["exit_code"], crash["stderr_lines"], crash["stderr_bytes"]) == (7, 2, 26)
    assert "secret" not in str(logs)


async def test_an_idle_worker_is_let_go_and_comes_back(clock: FakeClock) -> None:
    host = word_host(clock, idle_unload_s=60.0)
    pid = await pid_of(host)
    await clock.advance(59.0)
    await spoken(host, "still here")
    await clock.advance(59.0)
    assert host.pid == pid
    await clock.advance(2.0)
    await until(lambda: host.state == "stopped")
    assert gone(pid)
    assert host.restarts == 0
    assert len(await spoken(host, "back")) == WORD_BYTES
    await host.aclose()


async def test_a_voice_is_loaded_from_its_first_use_to_the_worker_s_end(clock: FakeClock) -> None:
    host = word_host(clock)
    assert not host.has_loaded("one")
    await host.start()
    assert not host.has_loaded("one")
    await spoken(host, "hello")
    assert (host.has_loaded("one"), host.has_loaded("two")) == (True, False)
    unloading = asyncio.create_task(host.unload())
    await asyncio.sleep(0)
    assert not host.has_loaded("one")
    await unloading
    await host.start()
    assert not host.has_loaded("one")
    await host.aclose()


async def test_it_rests_after_it_was_let_go_and_not_after_it_died(clock: FakeClock) -> None:
    host = word_host(clock)
    assert not host.resting
    await host.start()
    assert not host.resting
    await host.unload()
    assert host.resting
    os.kill(await pid_of(host), signal.SIGKILL)
    await until(lambda: host.pid is None)
    assert not host.resting
    await host.start()
    await host.unload()
    await host.aclose()
    assert not host.resting


async def test_a_probe_does_not_keep_an_idle_worker(clock: FakeClock) -> None:
    host = word_host(clock, idle_unload_s=60.0)
    await host.start()
    await clock.advance(50.0)
    await host.describe()
    await clock.advance(11.0)
    await until(lambda: host.state == "stopped")
    await host.aclose()


async def test_a_pinned_or_busy_worker_stays(clock: FakeClock) -> None:
    host = word_host(clock, idle_unload_s=60.0)
    host.pinned = True
    pid = await pid_of(host)
    await clock.advance(1000.0)
    assert host.pid == pid
    host.pinned = False
    async with host.synthesize(Utterance("say HANG", "one")):
        await clock.advance(1000.0)
        await host.unload()
        assert host.pid == pid
    await host.aclose()


async def test_a_request_during_the_unloading_gets_a_new_worker(clock: FakeClock) -> None:
    host = word_host(clock)
    pid = await pid_of(host)
    unloading = asyncio.create_task(host.unload())
    await asyncio.sleep(0)
    assert len(await spoken(host, "quick")) == WORD_BYTES
    await unloading
    assert host.pid not in {None, pid}
    await host.aclose()


async def test_many_who_come_at_once_share_one_start(clock: FakeClock) -> None:
    host = word_host(clock)
    audio = await asyncio.gather(*(spoken(host, "hello there") for _ in range(20)))
    assert {len(pcm) for pcm in audio} == {2 * WORD_BYTES}
    assert len(psutil.Process().children()) == 1
    await host.aclose()
    assert psutil.Process().children() == []


async def test_closing_in_the_middle_of_a_start_leaves_nothing(clock: FakeClock) -> None:
    host = word_host(clock, never=True)
    starting = asyncio.create_task(host.start())
    await until(lambda: host.pid is not None)
    pid = host.pid or 0
    await asyncio.gather(host.aclose(), host.aclose())
    assert gone(pid)
    with pytest.raises(ProviderUnavailable):
        await starting
    with pytest.raises(ProviderUnavailable, match="closed"):
        await host.start()


async def test_closing_before_a_start_has_begun_fails_who_waits_for_it(clock: FakeClock) -> None:
    host = word_host(clock)
    starting = asyncio.create_task(host.start())
    await asyncio.sleep(0)
    await host.aclose()
    with pytest.raises(ProviderUnavailable):
        await asyncio.wait_for(starting, 5)
    assert psutil.Process().children() == []


async def test_a_waiter_who_leaves_does_not_stop_the_start_for_others(clock: FakeClock) -> None:
    host = word_host(clock)
    first, second = asyncio.create_task(host.start()), asyncio.create_task(host.start())
    await until(lambda: host.pid is not None)
    first.cancel()
    await second
    assert host.state == "running"
    await host.aclose()
