"""A house without a Piper voice gets one, once, politely, and only from its owner's settings."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.hasty_clock import HastyClock
from tests.servers.voice_catalog import Fault, VoiceCatalogServer
from wyoming_tts.adapters.local.piper_catalog import PiperCatalog
from wyoming_tts.adapters.local.piper_fetch import RETRY_S, VoiceFetcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MODEL = random.Random(3).randbytes(1_500_000)
KEY = "de_DE-thorsten-medium"


@pytest.fixture
async def server() -> AsyncIterator[VoiceCatalogServer]:
    async with VoiceCatalogServer() as server:
        server.publish(KEY, MODEL)
        yield server


def fetcher(server: VoiceCatalogServer, tmp_path: Path, clock: HastyClock, free: int = 10**12) -> VoiceFetcher:
    voices = PiperCatalog(
        server.base_url, tmp_path / "voices", tmp_path / "cache.json", clock, free_bytes=lambda _: free
    )
    return VoiceFetcher(voices, [tmp_path, tmp_path / "voices"], clock)


async def test_a_house_without_a_voice_gets_one_and_says_so(server: VoiceCatalogServer, tmp_path: Path) -> None:
    with capture_logs() as logs:
        assert await fetcher(server, tmp_path, HastyClock()).run_once("de-AT") == KEY
    assert (tmp_path / "voices" / f"{KEY}.onnx").read_bytes() == MODEL
    assert [line["log_level"] for line in logs] == ["info", "info"]
    assert (logs[0]["voice"], logs[0]["size_mb"], logs[0]["source"]) == (KEY, 2, server.base_url)


async def test_a_house_with_a_voice_asks_nobody(server: VoiceCatalogServer, tmp_path: Path) -> None:
    (tmp_path / "own.onnx").touch()
    (tmp_path / "own.onnx.json").write_text("{}")
    assert await fetcher(server, tmp_path, HastyClock()).run_once("de-DE") is None
    assert server.asked == []


async def test_a_language_nobody_published_ends_it(server: VoiceCatalogServer, tmp_path: Path) -> None:
    assert await fetcher(server, tmp_path, HastyClock()).run_once("eo") is None
    assert not (tmp_path / "voices").exists()


async def test_offline_it_says_so_once_and_asks_every_hour(server: VoiceCatalogServer, tmp_path: Path) -> None:
    server.always["voices.json"] = Fault(status=503)

    def come_back(_: float) -> None:
        if clock.slept.count(RETRY_S) == 3:
            server.always.clear()

    clock = HastyClock(come_back)
    with capture_logs() as logs:
        assert await fetcher(server, tmp_path, clock).run_once("de-DE") == KEY
    assert clock.slept.count(RETRY_S) == 3
    assert [line["log_level"] for line in logs] == ["warning", "info", "info"]
    assert logs[0]["code"] == "provider-unavailable"


async def test_a_disk_nearly_full_is_left_alone(server: VoiceCatalogServer, tmp_path: Path) -> None:
    two_hours = asyncio.Event()

    def count(_: float) -> None:
        if clock.slept.count(RETRY_S) == 2:
            two_hours.set()

    clock = HastyClock(count)
    with capture_logs() as logs:
        task = asyncio.create_task(fetcher(server, tmp_path, clock, free=400 * 10**6).run_once("de-DE"))
        async with asyncio.timeout(10):
            await two_hours.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert {path for path, _ in server.asked} == {"voices.json"}
    assert [line["code"] for line in logs if line["log_level"] == "warning"] == ["config"]


async def test_a_voice_laid_there_meanwhile_ends_it(server: VoiceCatalogServer, tmp_path: Path) -> None:
    server.always["voices.json"] = Fault(status=404)

    def lay_one_there(_: float) -> None:
        (tmp_path / "own.onnx").touch()
        (tmp_path / "own.onnx.json").write_text("{}")

    clock = HastyClock(lay_one_there)
    assert await fetcher(server, tmp_path, clock).run_once("de-DE") is None
    assert clock.slept == [RETRY_S]


async def test_a_fault_that_nobody_thought_of_is_told_and_the_next_hour_tries_again(
    server: VoiceCatalogServer, tmp_path: Path
) -> None:
    clock = HastyClock()
    free: list[OverflowError | int] = [OverflowError(), 10**12]

    def free_bytes(_: Path) -> int:
        answer = free.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    voices = PiperCatalog(server.base_url, tmp_path / "voices", tmp_path / "cache.json", clock, free_bytes=free_bytes)
    with capture_logs() as logs:
        assert await VoiceFetcher(voices, [tmp_path], clock).run_once("de-DE") == KEY
    assert clock.slept == [RETRY_S]
    assert [line["reason"] for line in logs if line["log_level"] == "warning"] == ["OverflowError"]
