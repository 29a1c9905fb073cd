"""Voices come whole or not at all, for whoever looks into the folder, and the list outlives the network."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.fakes.hasty_clock import HastyClock
from tests.servers.voice_catalog import Fault, VoiceCatalogServer
from wyoming_tts.adapters.local.file_lock import FileLock
from wyoming_tts.adapters.local.piper_catalog import PiperCatalog
from wyoming_tts.adapters.local.piper_shelf import installed_voices
from wyoming_tts.errors import ConfigError, ProviderError, ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from wyoming_tts.adapters.local.piper_listing import PublishedVoice

MODEL = random.Random(2).randbytes(2_500_000)
KEY = "en_US-lessac-medium"


@pytest.fixture
async def server() -> AsyncIterator[VoiceCatalogServer]:
    async with VoiceCatalogServer() as server:
        server.publish(KEY, MODEL)
        server.publish("de_DE-thorsten-low", MODEL[:1000])
        yield server


def catalog(
    server: VoiceCatalogServer,
    tmp_path: Path,
    *,
    clock: HastyClock | None = None,
    now_s: float = 1000.0,
    free_bytes: Callable[[Path], int] = lambda _: 10**12,
) -> PiperCatalog:
    return PiperCatalog(
        server.base_url,
        tmp_path / "voices",
        tmp_path / "piper-voices.json",
        clock or HastyClock(),
        wall_s=lambda: now_s,
        free_bytes=free_bytes,
    )


async def lessac(voices: PiperCatalog) -> PublishedVoice:
    voice = (await voices.fetch()).find(KEY)
    assert voice is not None
    return voice


def model_path(server: VoiceCatalogServer) -> str:
    return next(path for path in server.files if path.endswith(f"{KEY}.onnx"))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_voice_comes_whole(server: VoiceCatalogServer, tmp_path: Path) -> None:
    told: list[int] = []
    voices = catalog(server, tmp_path)
    voice = await lessac(voices)
    model = await voices.download(voice, told.append)
    assert model.read_bytes() == MODEL
    assert files(tmp_path / "voices") == [f"{KEY}.onnx", f"{KEY}.onnx.json"]
    assert [(here.name, here.language) for here in installed_voices([tmp_path / "voices"])] == [(KEY, "en-US")]
    assert told == sorted(told)
    assert told[-1] == voice.size_bytes


async def test_a_voice_that_is_here_is_not_asked_for(server: VoiceCatalogServer, tmp_path: Path) -> None:
    voices = catalog(server, tmp_path)
    voice = await lessac(voices)
    await voices.download(voice)
    server.asked.clear()
    await voices.download(voice)
    assert server.asked == []


async def test_half_a_voice_is_never_seen(server: VoiceCatalogServer, tmp_path: Path) -> None:
    """Neither while it comes, nor after a cancel, from which the next download goes on."""
    voices = catalog(server, tmp_path)
    voice = await lessac(voices)
    server.faults[model_path(server)].append(Fault(pause_at=1_500_000))
    arrived = asyncio.Event()

    def progress(size: int) -> None:
        if size >= 1_500_000:
            arrived.set()

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(voices.download(voice, progress))
        await arrived.wait()
        assert installed_voices([tmp_path / "voices"]) == []
        task.cancel()
    assert files(tmp_path / "voices") == [f"{KEY}.onnx.json.part", f"{KEY}.onnx.part"]
    kept = (tmp_path / "voices" / f"{KEY}.onnx.part").stat().st_size
    assert kept > 0
    await voices.download(voice)
    assert server.ranges(model_path(server)) == [None, f"bytes={kept}-"]
    assert files(tmp_path / "voices") == [f"{KEY}.onnx", f"{KEY}.onnx.json"]


async def test_a_damaged_voice_does_not_come(server: VoiceCatalogServer, tmp_path: Path) -> None:
    voices = catalog(server, tmp_path)
    server.always[model_path(server)] = Fault(body=b"x" * len(MODEL))
    with pytest.raises(ProviderError, match="checksum"):
        await voices.download(await lessac(voices))
    assert installed_voices([tmp_path / "voices"]) == []


async def test_two_downloads_of_one_voice_are_one(server: VoiceCatalogServer, tmp_path: Path) -> None:
    first, second = catalog(server, tmp_path), catalog(server, tmp_path)
    voice = await lessac(first)
    server.faults[model_path(server)].append(Fault(slow=True))
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(first.download(voice))
        tasks.create_task(second.download(voice))
    assert server.ranges(model_path(server)) == [None]
    assert files(tmp_path / "voices") == [f"{KEY}.onnx", f"{KEY}.onnx.json"]


HOLDER = """
import fcntl, os, sys
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


async def test_it_waits_for_another_process_and_outlives_its_death(server: VoiceCatalogServer, tmp_path: Path) -> None:
    lock = tmp_path / "voices" / f".{KEY}.lock"
    lock.parent.mkdir()
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(lock), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"

    def kill_after_three(_: float) -> None:
        if len(clock.slept) == 3:
            holder.kill()

    clock = HastyClock(kill_after_three)
    voices = catalog(server, tmp_path, clock=clock)
    async with asyncio.timeout(20):
        await voices.download(await lessac(voices))
        await holder.wait()
    assert len(clock.slept) >= 3
    assert not lock.exists()


async def test_a_lock_file_deleted_by_its_holder_locks_nobody_out(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    first.release()
    assert second.acquire()
    assert not first.acquire()
    second.release()
    assert files(tmp_path) == []


def test_never_two_hold_it_however_they_race(tmp_path: Path) -> None:
    """Each release deletes the file, which somebody else may just have opened."""
    inside: list[int] = []
    most = [0]

    def come_and_go(number: int) -> None:
        for _ in range(1000):
            lock = FileLock(tmp_path / "lock")
            if lock.acquire():
                inside.append(number)
                os.sched_yield()
                most[0] = max(most[0], len(inside))
                inside.remove(number)
                lock.release()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come_and_go, range(8)))
    assert most == [1]


@pytest.mark.parametrize(("free", "enough"), [(2_500_000 + 40_000_000, False), (2_600_000 + 50_000_000, True)])
async def test_it_never_fills_the_disk(server: VoiceCatalogServer, tmp_path: Path, *, free: int, enough: bool) -> None:
    voices = catalog(server, tmp_path, free_bytes=lambda _: free)
    voice = await lessac(voices)
    if enough:
        await voices.download(voice)
        return
    with pytest.raises(ConfigError, match="too little room"):
        await voices.download(voice)
    assert server.ranges(model_path(server)) == []
    assert files(tmp_path / "voices") == []


async def test_what_is_here_already_needs_no_room(server: VoiceCatalogServer, tmp_path: Path) -> None:
    voices = catalog(server, tmp_path, free_bytes=lambda _: 1_000_000)
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / f"{KEY}.onnx.part").write_bytes(MODEL[:2_000_000])
    await voices.download(await lessac(voices), spare_bytes=0)


async def test_a_folder_that_cannot_be_made_says_so(server: VoiceCatalogServer, tmp_path: Path) -> None:
    (tmp_path / "voices").touch()
    voices = catalog(server, tmp_path)
    with pytest.raises(ConfigError, match="voices"):
        await voices.download(await lessac(voices))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
async def test_a_read_only_folder_says_so(server: VoiceCatalogServer, tmp_path: Path) -> None:
    (tmp_path / "voices").mkdir(mode=0o500)
    voices = catalog(server, tmp_path)
    with pytest.raises(ConfigError, match="read-only"):
        await voices.download(await lessac(voices))


async def test_the_list_outlives_the_network(server: VoiceCatalogServer, tmp_path: Path) -> None:
    fresh = await catalog(server, tmp_path).fetch()
    assert (fresh.age_s, fresh.problem) == (0.0, "")
    server.always["voices.json"] = Fault(status=500)
    later = catalog(server, tmp_path, now_s=4600.0)
    kept = await later.fetch()
    assert kept.voices == fresh.voices
    assert kept.age_s == 3600.0
    assert "HTTP 500" in kept.problem
    assert later.best_for("de-AT") == fresh.find("de_DE-thorsten-low")
    assert [voice.key for voice in later.search(["lessac"])] == [KEY]


async def test_a_list_kept_of_another_server_is_not_used(server: VoiceCatalogServer, tmp_path: Path) -> None:
    await catalog(server, tmp_path).fetch()
    cache = tmp_path / "piper-voices.json"
    cache.write_text(json.dumps(json.loads(cache.read_text()) | {"source": "https://elsewhere.example"}))
    server.always["voices.json"] = Fault(status=500)
    with pytest.raises(ProviderUnavailable):
        await catalog(server, tmp_path).fetch()


@pytest.mark.parametrize("left", [b"", b"{}", b"[]", b'{"source": 7}', b"\xff"])
async def test_a_damaged_cache_is_no_cache(server: VoiceCatalogServer, tmp_path: Path, left: bytes) -> None:
    (tmp_path / "piper-voices.json").write_bytes(left)
    server.always["voices.json"] = Fault(status=404)
    with pytest.raises(ProviderError):
        await catalog(server, tmp_path).fetch()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(body=b"<html>", headers={"Content-Type": "text/html"}),
        Fault(body=b"<html>"),
        Fault(body=b"{}"),
        Fault(endless=True),
    ],
)
async def test_what_is_no_list_is_refused(server: VoiceCatalogServer, tmp_path: Path, fault: Fault) -> None:
    server.always["voices.json"] = fault
    with pytest.raises(ProviderError):
        await catalog(server, tmp_path).fetch()


async def test_a_cache_that_cannot_be_written_harms_nobody(server: VoiceCatalogServer, tmp_path: Path) -> None:
    (tmp_path / "piper-voices.json").mkdir()
    assert (await catalog(server, tmp_path).fetch()).find(KEY)
