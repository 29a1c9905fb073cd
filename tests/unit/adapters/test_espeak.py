from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import FakeClock
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.espeak import EspeakAdapter, EspeakSettings, build
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def adapter(tmp_path: Path) -> AsyncIterator[EspeakAdapter]:
    clock = FakeClock()
    context = AdapterContext(tmp_path, WorkerPool(None, clock=clock), clock, WorkerSettings())
    built = build("espeak", EspeakSettings(), context)
    yield built
    await built.aclose()


async def test_before_its_start_it_knows_nobody(adapter: EspeakAdapter) -> None:
    assert not adapter.voices()
    assert not adapter.accepts("en-us")


async def test_variants_of_known_voices_are_accepted_and_not_advertised(adapter: EspeakAdapter) -> None:
    await adapter.start()
    assert adapter.accepts("en-us+f3")
    assert adapter.accepts("en-us+F3")
    assert not adapter.accepts("en-us+zzz")
    assert not [voice for voice in ("en-us+", "xx+f3", "+f3", "en-us+../f3", "en-us+f3+f4") if adapter.accepts(voice)]
    assert not [voice.name for voice in adapter.voices() if "+" in voice.name]
    async with adapter.synthesize(Utterance("hello", "en-us+f3")) as stream:
        assert [chunk async for chunk in stream.chunks]


async def test_its_worker_is_never_let_go(adapter: EspeakAdapter) -> None:
    assert adapter.host.pinned


async def test_every_voice_is_warm_as_soon_as_its_worker_runs(adapter: EspeakAdapter) -> None:
    assert not adapter.is_warm("en-us")
    await adapter.start()
    assert adapter.is_warm("en-us")
    assert adapter.is_warm("de+f3")
    await adapter.aclose()
    assert not adapter.is_warm("en-us")
