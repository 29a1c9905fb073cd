"""The default voice has been loaded and has spoken before anybody is told that all is ready, on an injected clock."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock, settle
from tests.fakes.house_parts import Parts, provider
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.synthesis.default_voice import CHECK_S, DefaultVoice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.base import Capabilities


@dataclass
class Loading(WordAdapter):
    """Has a voice to load."""

    failures: int = 0
    loads: int = 0
    loaded: bool = False
    is_worker: bool = True

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, orders=self.is_worker)

    def is_warm(self, voice: str) -> bool:  # noqa: ARG002 - there is one
        return self.loaded

    async def warm(self, voice: str) -> None:  # noqa: ARG002 - there is one
        self.loads += 1
        if self.failures:
            self.failures -= 1
            raise ProviderUnavailable(provider=self.name)
        self.loaded = True


@dataclass
class Kept:
    adapter: Loading
    clock: FakeClock = field(default_factory=FakeClock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[DefaultVoice]:
        one = provider(self.adapter)
        kept = DefaultVoice([one], Parts(one).router, self.clock)
        assert not kept.tried
        task = asyncio.create_task(kept.keep_warm())
        try:
            yield kept
        finally:
            task.cancel()
            await asyncio.wait([task])


async def test_it_is_loaded_and_exercised_once_and_again_where_it_is_gone() -> None:
    kept = Kept(Loading("a", Vocabulary()))
    async with kept.running() as voice:
        await settle()
        assert voice.tried
        assert (kept.adapter.loads, kept.adapter.left) == (1, 1)
        assert not kept.adapter.utterances[0].cacheable
        await kept.clock.advance(3 * CHECK_S)
        assert kept.adapter.left == 1
        kept.adapter.loaded = False
        await kept.clock.advance(CHECK_S)
        assert kept.adapter.left == 2


async def test_nobody_is_told_before_it_has_spoken() -> None:
    kept = Kept(Loading("a", Vocabulary(), gate=asyncio.Event()))
    async with kept.running() as voice:
        await settle()
        assert kept.adapter.loaded
        assert not voice.tried
        assert kept.adapter.gate is not None
        kept.adapter.gate.set()
        await settle()
        assert voice.tried


async def test_a_voice_of_somebody_elses_is_not_exercised() -> None:
    kept = Kept(Loading("a", Vocabulary(), is_worker=False))
    async with kept.running() as voice:
        await settle()
        assert voice.tried
        assert (kept.adapter.loads, kept.adapter.entered) == (1, 0)


async def test_it_is_loaded_again_and_again_until_it_is_and_that_is_said_once() -> None:
    kept = Kept(Loading("a", Vocabulary(), failures=3))
    with capture_logs() as logs:
        async with kept.running() as voice:
            await settle()
            assert voice.tried, "who is down keeps nobody waiting"
            await kept.clock.advance(5 * CHECK_S)
    assert kept.adapter.left == 1
    assert [line["event"] for line in logs] == ["default voice could not be loaded"]


async def test_one_that_loads_and_cannot_speak_is_exercised_once() -> None:
    kept = Kept(Loading("a", Vocabulary(), faults=Faults(cut_after_words=1)))
    with capture_logs() as logs:
        async with kept.running() as voice:
            await settle()
            assert voice.tried
            await kept.clock.advance(3 * CHECK_S)
    assert kept.adapter.entered == 1
    assert [line["event"] for line in logs] == ["default voice was loaded and could not speak"]


async def test_a_bug_in_its_adapter_keeps_nobody_from_being_told_that_all_is_ready() -> None:
    kept = Kept(Loading("a", Vocabulary(), faults=Faults(bug=True)))
    with capture_logs() as logs:
        async with kept.running() as voice:
            await settle()
            assert voice.tried
            await kept.clock.advance(3 * CHECK_S)
    assert [(line["event"], line["reason"]) for line in logs] == [("default voice failed", "ZeroDivisionError")]
    assert kept.adapter.loads > 1, "it goes on looking after it"
