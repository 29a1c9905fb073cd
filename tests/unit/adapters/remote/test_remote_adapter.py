"""Voices from elsewhere: known also while their server is down, and looked after."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock, settle
from tests.fakes.voice_shelf import VoiceShelf
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.remote_adapter import RemoteAdapter
from wyoming_tts.errors import BadCredentials, ProviderUnavailable, UtteranceRejected
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.voice import Voice
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance

ANNA, BEN = Voice("anna", ("en-GB",)), Voice("ben", ("de-DE",))
REFRESH_S = 60.0


class Listing(RemoteAdapter):
    """Says what the test tells it to say."""

    def __init__(self, context: AdapterContext, origin: str = "http://here") -> None:
        super().__init__("mine", context, origin=origin, refresh_s=REFRESH_S)
        self.answer: Sequence[Voice] | Exception = (ANNA,)
        self.asked = 0
        self.gate: asyncio.Event | None = None
        """Where set, no list comes before it is."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(local=False)

    async def list_voices(self) -> Sequence[Voice]:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def synthesize(self, utterance: Utterance) -> AbstractAsyncContextManager[AudioStream]:
        raise NotImplementedError(utterance)


@pytest.fixture
def memory() -> VoiceShelf:
    return VoiceShelf()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def context(clock: FakeClock, memory: VoiceShelf) -> AdapterContext:
    return AdapterContext(Path(), WorkerPool(None, clock=clock), clock, WorkerSettings(), memory=memory)


@pytest.fixture
async def adapter(context: AdapterContext) -> AsyncIterator[Listing]:
    """Yield one that is not started; closed, it leaves no task."""
    tasks = asyncio.all_tasks()
    made = Listing(context)
    yield made
    await made.aclose()
    assert asyncio.all_tasks() - tasks <= {asyncio.current_task()}


async def test_it_knows_its_voices_once_it_is_started(adapter: Listing) -> None:
    assert list(adapter.voices()) == []
    await adapter.start()
    assert list(adapter.voices()) == [ANNA]
    assert adapter.accepts("anna")
    assert adapter.voice("anna") is ANNA
    assert not adapter.accepts("ben")
    with pytest.raises(UtteranceRejected):
        adapter.voice("ben")


async def test_a_server_that_is_down_at_the_start_has_the_voices_it_had(
    adapter: Listing, context: AdapterContext, clock: FakeClock
) -> None:
    await adapter.start()
    later = Listing(context)
    later.answer = ProviderUnavailable(provider="mine")
    with pytest.raises(ProviderUnavailable):
        await later.start()
    assert list(later.voices()) == [ANNA]
    later.answer = (ANNA, BEN)
    await clock.advance(REFRESH_S)
    assert list(later.voices()) == [ANNA, BEN], "it went on looking"
    await later.aclose()


async def test_another_server_has_other_voices(adapter: Listing, context: AdapterContext) -> None:
    await adapter.start()
    moved = Listing(context, origin="http://there")
    moved.answer = ProviderUnavailable(provider="mine")
    with pytest.raises(ProviderUnavailable):
        await moved.start()
    assert list(moved.voices()) == []
    await moved.aclose()


async def test_an_empty_list_never_replaces_a_good_one(adapter: Listing, memory: VoiceShelf) -> None:
    await adapter.start()
    adapter.answer = ()
    await adapter.refresh()
    assert list(adapter.voices()) == [ANNA]
    assert memory.kept == {("mine", "http://here"): (ANNA,)}


async def test_only_changes_are_kept(adapter: Listing, memory: VoiceShelf, clock: FakeClock) -> None:
    await adapter.start()
    await clock.advance(3 * REFRESH_S)
    assert (adapter.asked, memory.writes) == (4, 1)
    adapter.answer = [BEN]
    await adapter.probe()
    assert memory.writes == 2
    assert adapter.voices() == (BEN,)


async def test_trouble_is_logged_when_it_begins_and_when_it_is_over(adapter: Listing, clock: FakeClock) -> None:
    await adapter.start()
    with capture_logs() as logs:
        for answer, looks in (
            (ProviderUnavailable(provider="mine"), 3),
            (BadCredentials(provider="mine"), 2),
            ((ANNA,), 2),
            (KeyError("ours"), 2),
        ):
            adapter.answer = answer
            await clock.advance(looks * REFRESH_S)
    assert [(entry["event"], entry.get("code")) for entry in logs] == [
        ("voices cannot be listed", "provider-unavailable"),
        ("voices are listed again", None),
        ("voices cannot be listed", "KeyError"),
    ]
    asked = adapter.asked
    await clock.advance(REFRESH_S)
    assert adapter.asked == asked + 1, "a mistake of ours ends nothing"


async def test_a_server_without_voices_is_there_and_cannot_speak(adapter: Listing) -> None:
    adapter.answer = ()
    await adapter.start()
    with pytest.raises(ProviderUnavailable, match="it has no voices"):
        await adapter.probe()


async def test_started_twice_it_watches_once(adapter: Listing, clock: FakeClock) -> None:
    await adapter.start()
    await adapter.start()
    asked = adapter.asked
    await clock.advance(REFRESH_S)
    assert adapter.asked == asked + 1


async def test_closed_it_asks_nothing_more(adapter: Listing, clock: FakeClock) -> None:
    await adapter.start()
    await adapter.aclose()
    await adapter.aclose()
    asked = adapter.asked
    await clock.advance(REFRESH_S)
    for ask in (adapter.probe, adapter.start, adapter.refresh):
        with pytest.raises(ProviderUnavailable):
            await ask()
    assert adapter.asked == asked
    assert list(adapter.voices()) == [ANNA]


async def test_closing_while_it_looks_ends_the_look(adapter: Listing, clock: FakeClock) -> None:
    await adapter.start()
    adapter.gate = asyncio.Event()
    await clock.advance(REFRESH_S)
    await settle()
    assert adapter.asked == 2
    await asyncio.wait_for(adapter.aclose(), 1.0)
