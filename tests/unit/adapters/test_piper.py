from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock
from tests.fakes.model_host import until, word_host
from tests.fakes.piper_voice import build_piper_voice
from tests.fakes.vits_voice import build_vits_voice
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.piper import LOOK_EVERY_S, PiperAdapter, PiperSettings, build, folder_state
from wyoming_tts.errors import ProviderUnavailable, UtteranceRejected
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def adapter(clock: FakeClock, tmp_path: Path) -> AsyncIterator[PiperAdapter]:
    context = AdapterContext(tmp_path, WorkerPool(None, clock=clock), clock, WorkerSettings())
    built = build("piper", PiperSettings(voice_dirs=(tmp_path / "mine",)), context)
    yield built
    await built.aclose()


def names(adapter: PiperAdapter) -> list[str]:
    return [voice.name for voice in adapter.voices()]


async def test_without_voices_there_is_no_worker_and_a_probe_says_so(adapter: PiperAdapter) -> None:
    await adapter.start()
    assert adapter.voices() == ()
    assert adapter.host.pid is None
    with pytest.raises(ProviderUnavailable, match="no voices are installed"):
        await adapter.probe()


async def test_voices_of_all_three_folders_are_known_after_the_start(adapter: PiperAdapter, tmp_path: Path) -> None:
    build_piper_voice(tmp_path, "de_DE-a-low")
    build_piper_voice(tmp_path / "voices", "en_US-b-low")
    build_piper_voice(tmp_path / "mine", "fr_FR-c-low")
    await adapter.start()
    assert names(adapter) == ["de_DE-a-low", "en_US-b-low", "fr_FR-c-low"]


async def test_a_voice_that_comes_or_goes_is_noticed(adapter: PiperAdapter, clock: FakeClock, tmp_path: Path) -> None:
    await adapter.start()
    model = build_piper_voice(tmp_path / "voices", "en_US-b-low")
    await clock.advance(LOOK_EVERY_S)
    await until(lambda: names(adapter) == ["en_US-b-low"])
    await clock.advance(0)
    model.unlink()
    await until_looked(adapter, clock, [])


async def until_looked(adapter: PiperAdapter, clock: FakeClock, expected: list[str]) -> None:
    """Let the time between two looks pass until one of them has seen it: the look before may still be under way."""
    for _ in range(1000):
        await clock.advance(LOOK_EVERY_S)
        if names(adapter) == expected:
            return
    raise AssertionError(names(adapter))


async def test_the_worker_is_asked_only_when_something_changed(
    adapter: PiperAdapter, clock: FakeClock, tmp_path: Path
) -> None:
    build_piper_voice(tmp_path, "en_US-b-low")
    await adapter.start()
    await adapter.host.unload()
    await clock.advance(10 * LOOK_EVERY_S)
    assert adapter.host.pid is None
    assert names(adapter) == ["en_US-b-low"]


async def test_a_probe_lets_a_resting_worker_rest_and_starts_one_that_died(
    adapter: PiperAdapter, tmp_path: Path
) -> None:
    build_piper_voice(tmp_path, "en_US-b-low")
    await adapter.start()
    await adapter.host.unload()
    await adapter.probe()
    assert adapter.host.pid is None
    await adapter.host.start()
    os.kill(adapter.host.pid or 0, signal.SIGKILL)
    await until(lambda: adapter.host.pid is None)
    await adapter.probe()
    assert adapter.host.pid is not None


async def test_a_voice_is_warm_once_it_is_loaded(clock: FakeClock, tmp_path: Path) -> None:
    adapter = PiperAdapter("piper", word_host(clock), [tmp_path], clock)
    build_piper_voice(tmp_path, "en_US-b-low")
    await adapter.start()
    assert not adapter.is_warm("one")
    await adapter.warm("one")
    assert adapter.is_warm("one")
    await adapter.aclose()


async def test_a_voice_is_cut_at_its_first_use_and_has_word_times_from_then_on(
    adapter: PiperAdapter, clock: FakeClock, tmp_path: Path
) -> None:
    """In a worker, with the cutter in a process of its own: what everybody has who installs a voice."""
    build_vits_voice(tmp_path / "voices", "en_US-b-low")
    utterance = Utterance("one two, three", "en_US-b-low")
    await adapter.start()
    await adapter.warm("en_US-b-low")
    assert not adapter.marks_words("en_US-b-low")
    for _ in range(100):
        if adapter.marks_words("en_US-b-low"):
            break
        await asyncio.sleep(0.5)  # the worker's own time
        await clock.advance(LOOK_EVERY_S)
    await until(lambda: adapter.marks_words("en_US-b-low"))
    async with adapter.synthesize(utterance) as stream:
        marks = [mark.offset async for chunk in stream.chunks for mark in chunk.marks]
    assert marks == [0, 4, 9]
    (parts,) = (tmp_path / "cache" / "piper").iterdir()
    assert (tmp_path / "cache" / "piper").stat().st_mode & 0o777 == 0o700
    assert sorted(file.name for file in parts.iterdir()) == [
        "decoder.onnx",
        "flow.onnx",
        "made.json",
        "parts.json",
        "text.onnx",
    ]


async def test_a_worker_that_is_down_keeps_the_last_good_list_and_is_told_once(
    clock: FakeClock, tmp_path: Path
) -> None:
    build_piper_voice(tmp_path, "en_US-b-low")
    adapter = PiperAdapter("piper", word_host(clock, fails=True), [tmp_path], clock)
    with capture_logs() as logs:
        with pytest.raises(ProviderUnavailable):
            await adapter.start()
        for _ in range(3):
            await clock.advance(100.0)
            await until(lambda: adapter.host.state in {"backoff", "stopped"})
    await adapter.aclose()
    assert [line["event"] for line in logs].count("voices cannot be listed") <= 1


async def test_a_look_that_fails_in_a_new_way_is_told_once_and_is_not_the_last(
    clock: FakeClock, tmp_path: Path
) -> None:
    build_piper_voice(tmp_path, "en_US-b-low")
    folders = Folders([tmp_path])
    adapter = PiperAdapter("piper", word_host(clock), folders, clock)
    await adapter.start()
    with capture_logs() as logs:
        adapter._folders = folders  # type: ignore[assignment] # the constructor's copy never fails
        folders.broken = True
        for _ in range(3):
            asked = folders.asked
            await clock.advance(LOOK_EVERY_S)
            await until(lambda: folders.asked > asked)  # noqa: B023 - awaited at once
            await clock.advance(0)
        folders.broken = False
        (tmp_path / "en_US-b-low.onnx").unlink()
        await until_looked(adapter, clock, [])
    await adapter.aclose()
    assert [(line["event"], line["code"]) for line in logs] == [("voices cannot be listed", "RuntimeError")]


class Folders(list[Path]):
    """Folders that cannot be looked into while `broken`."""

    broken = False
    asked = 0

    def __iter__(self) -> Iterator[Path]:
        self.asked += 1
        if self.broken:
            raise RuntimeError
        return super().__iter__()


async def test_a_file_that_is_no_voice_is_told_once_with_its_reason(
    adapter: PiperAdapter, clock: FakeClock, tmp_path: Path
) -> None:
    build_piper_voice(tmp_path, "en_US-b-low")
    (tmp_path / "en_US-alone-low.onnx").write_bytes(b"network")
    (tmp_path / "en_US-c-low.onnx").write_bytes(b"network")
    (tmp_path / "en_US-c-low.onnx.json").write_text("{}")
    with capture_logs() as logs:
        await adapter.start()
        assert names(adapter) == ["en_US-b-low"]
        build_piper_voice(tmp_path, "en_US-d-low")
        await until_looked(adapter, clock, ["en_US-b-low", "en_US-d-low"])
        (tmp_path / "en_US-alone-low.onnx.json").write_text("{}")
        build_piper_voice(tmp_path, "en_US-e-low")
        await until_looked(adapter, clock, ["en_US-b-low", "en_US-d-low", "en_US-e-low"])
    assert [(line["event"], line["file"], line["reason"]) for line in logs] == [
        ("voice cannot be used", "en_US-alone-low.onnx", "no-config"),
        ("voice cannot be used", "en_US-c-low.onnx", "unfit-config"),
        ("voice cannot be used", "en_US-alone-low.onnx", "unfit-config"),
    ]


@pytest.mark.parametrize("use", ["warm", "speak"])
async def test_a_model_that_cannot_be_loaded_is_told_and_taken_off_the_list(
    adapter: PiperAdapter, clock: FakeClock, tmp_path: Path, use: str
) -> None:
    model = build_piper_voice(tmp_path, "en_US-b-low")
    model.write_bytes(model.read_bytes()[:1000])
    await adapter.start()
    assert names(adapter) == ["en_US-b-low"]
    with capture_logs() as logs:
        with pytest.raises(UtteranceRejected):
            if use == "warm":
                await adapter.warm("en_US-b-low")
            else:
                async with adapter.synthesize(Utterance("hello", "en_US-b-low")):
                    pass
        await until_looked(adapter, clock, [])
    assert [(line["file"], line["reason"]) for line in logs] == [("en_US-b-low.onnx", "broken-model")]


async def test_a_fetch_that_ends_by_a_fault_is_told(clock: FakeClock, tmp_path: Path) -> None:
    async def fetch() -> None:
        raise ZeroDivisionError

    adapter = PiperAdapter("piper", word_host(clock), [tmp_path], clock, fetch=fetch)
    with capture_logs() as logs:
        await adapter.start()
        await clock.advance(0)
    await adapter.aclose()
    assert [line["reason"] for line in logs] == ["ZeroDivisionError"]


async def test_its_worker_gives_memory_back(adapter: PiperAdapter, tmp_path: Path) -> None:
    build_piper_voice(tmp_path, "en_US-b-low")
    await adapter.start()
    assert psutil.Process(adapter.host.pid).environ()["MALLOC_ARENA_MAX"] == "2"


def test_the_state_of_folders_that_hold_no_model_is_empty(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    (tmp_path / "a.onnx.json").write_text("{}")
    assert folder_state([tmp_path, tmp_path / "nowhere"]) == frozenset()
    (tmp_path / "a.onnx").write_bytes(b"x")
    assert len(folder_state([tmp_path])) == 2


def test_a_broken_link_does_not_hide_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").symlink_to(tmp_path / "gone")
    (tmp_path / "b.onnx").write_bytes(b"x")
    (tmp_path / "c.onnx").write_bytes(b"x")
    assert len(folder_state([tmp_path])) == 2


@pytest.mark.parametrize(
    "keys", [{"threads": 0}, {"max_loaded": 0}, {"download": "always"}, {"type": "espeak"}, {"x": 1}]
)
def test_settings_that_make_no_sense_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PiperSettings.model_validate(keys)
