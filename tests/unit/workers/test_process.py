from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.fakes.model_host import ROOT, until, word_spec
from wyoming_tts.workers import client
from wyoming_tts.workers.process import MAX_SOCKET_PATH_BYTES, WorkerExit, WorkerProcess

if TYPE_CHECKING:
    import pytest

PARENT = """
import asyncio, os, sys
from tests.fakes.clock import FakeClock
from tests.fakes.model_host import word_host, until
from wyoming_tts.speech.utterance import Utterance

async def main():
    host = word_host(FakeClock(), interleaves=False)
    async with host.synthesize(Utterance("say STUCK", "one")) as stream:
        await anext(aiter(stream.chunks))
        print(host.pid, host._life.process.path, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def started(process: WorkerProcess) -> asyncio.Task[WorkerExit]:
    """Return the running life of a worker that answers."""
    running = asyncio.create_task(process.run())
    await process.started.wait()
    await client.describe(process.path, provider="words")
    return running


async def test_the_socket_lies_where_nobody_else_may_enter() -> None:
    process = WorkerProcess(word_spec())
    running = await started(process)
    folder = Path(process.path).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    process.stop()
    await running
    assert not folder.exists()


async def test_a_long_temporary_folder_is_left_for_a_shorter_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    process = WorkerProcess(word_spec())
    running = await started(process)
    assert len(process.path) <= MAX_SOCKET_PATH_BYTES
    process.stop()
    await running
    assert list(long.iterdir()) == []


async def test_a_connection_made_before_the_worker_runs_waits_for_it() -> None:
    process = WorkerProcess(word_spec())
    running = asyncio.create_task(process.run())
    await process.started.wait()
    reader, writer = await asyncio.open_unix_connection(process.path)
    writer.write(b'{"type": "describe"}\n')
    assert b'"info"' in await reader.readline()
    writer.close()
    process.stop()
    await running


async def test_a_stop_ends_it_well_and_may_come_twice() -> None:
    process = WorkerProcess(word_spec())
    running = await started(process)
    process.stop()
    process.stop()
    exit_ = await running
    process.stop()
    assert exit_ == WorkerExit(code=0, stderr_lines=0, stderr_bytes=0, reason="")


async def test_signals_that_are_meant_for_the_house_do_not_end_it() -> None:
    process = WorkerProcess(word_spec())
    running = await started(process)
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(process.pid or 0, sent)
    assert await client.describe(process.path, provider="words")
    process.stop()
    await running


async def test_one_that_does_not_end_is_killed() -> None:
    process = WorkerProcess(word_spec())
    running = await started(process)
    os.kill(process.pid or 0, signal.SIGSTOP)
    stopped = psutil.Process(process.pid)
    await until(lambda: stopped.status() == psutil.STATUS_STOPPED)
    process.stop()
    exit_ = await running
    assert exit_.code == -signal.SIGKILL
    assert not psutil.pid_exists(process.pid or 0)


async def test_cancelling_its_life_leaves_nothing() -> None:
    before = open_files()
    process = WorkerProcess(word_spec())
    running = await started(process)
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
    assert not psutil.pid_exists(process.pid or 0)
    assert not Path(process.path).parent.exists()
    assert open_files() <= before


async def test_the_houses_own_settings_stay_out_of_the_workers_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WYOMING_TTS_PROVIDERS__CLOUD__API_KEY", "secret")
    process = WorkerProcess(word_spec())
    running = await started(process)
    environment = psutil.Process(process.pid).environ()
    process.stop()
    await running
    assert environment["PYTHONPATH"] == str(ROOT)
    assert not [name for name in environment if name.startswith("WYOMING_TTS_")]


async def test_a_parent_that_is_killed_leaves_no_worker_even_with_its_engine_stuck() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid, path = (await parent.stdout.readline()).decode().split()
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(1.0):
        await until(lambda: not psutil.pid_exists(int(pid)) or _is_zombie(int(pid)))
    assert not Path(path).parent.exists()


def _is_zombie(pid: int) -> bool:
    """Whether it has ended and only waits for whoever adopts orphans here."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
