"""Voices are measured beside the answers: in order, one at a time, when it is quiet, and again after failures."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock, settle
from tests.fakes.house_parts import provider
from tests.fakes.pcm_adapter import PcmAdapter, syllables
from wyoming_tts.errors import ProviderUnavailable, TtsError
from wyoming_tts.speech.prosody import NATURAL
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.database import Database
from wyoming_tts.store.levels import SCHEMA, Levels
from wyoming_tts.synthesis.loudness.level_book import LevelBook
from wyoming_tts.synthesis.loudness.levelling import BETWEEN_S, FIRST_RETRY_S, LONGEST_PASSAGE_S, PASSAGE, Levelling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

WITHIN_S = 10.0
ANNA, BEN, CARL = (VoiceName("a", name) for name in ("anna", "ben", "carl"))


@dataclass
class Scene:
    """A house of one provider with three voices."""

    adapter: PcmAdapter
    levels: Levels
    book: LevelBook
    clock: FakeClock = field(default_factory=FakeClock)
    wanted: list[VoiceName] = field(default_factory=list)
    quiet: bool = True
    no_voice: bool = False

    def chain(self) -> list[VoiceName]:
        if self.no_voice:
            raise TtsError
        return self.wanted

    @asynccontextmanager
    async def running(self, timeout_s: float = WITHIN_S) -> AsyncIterator[asyncio.Task[None]]:
        levelling = Levelling(
            [provider(self.adapter)],
            self.book,
            self.clock,
            wanted=self.chain,
            is_quiet=lambda: self.quiet,
            timeout_s=timeout_s,
        )
        task = asyncio.create_task(levelling.run())
        try:
            yield task
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.wait([task])
        assert self.adapter.active == 0

    async def rounds(self, count: int = 1) -> None:
        """Let so many rounds begin and end, threads and all."""
        for _ in range(count):
            await self.clock.advance(BETWEEN_S)
            await until(lambda: bool(self.clock._sleepers))

    @property
    def said(self) -> list[str]:
        return [utterance.voice for utterance in self.adapter.utterances]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - measuring ends in a thread, and nobody announces it
            await asyncio.sleep(0.001)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    database = Database(None, [SCHEMA])
    await database.open()
    levels = Levels(database)
    recordings = {name: syllables(1.0, peak) for name, peak in (("anna", 8000), ("ben", 4000), ("carl", 2000))}
    yield Scene(PcmAdapter("a", recordings), levels, LevelBook(levels, target_lufs=-20.0))
    await database.aclose()


async def test_the_wanted_voices_come_first_then_those_asked_for_one_a_round_and_each_once(scene: Scene) -> None:
    scene.wanted = [BEN, ANNA]
    scene.book.ask(CARL)
    async with scene.running():
        assert scene.said == []
        await scene.rounds()
        assert scene.said == ["ben"]
        await scene.rounds(4)
    assert scene.said == ["ben", "anna", "carl"]
    stored = await scene.levels.get_all()
    assert set(stored) == {ANNA, BEN, CARL}
    assert stored[ANNA].lufs - stored[CARL].lufs == pytest.approx(12.04, abs=0.1)
    assert scene.book.gain_db("a", "carl", version="1") - scene.book.gain_db("a", "ben", version="1") in (6.0, 6.1)


async def test_the_passage_is_said_naturally_and_after_everything_urgent(scene: Scene) -> None:
    scene.wanted = [VoiceName("a", "anna", "calm")]
    async with scene.running():
        await scene.rounds()
    (utterance,) = scene.adapter.utterances
    assert (utterance.text, utterance.speaker, utterance.prosody) == (PASSAGE, "calm", NATURAL)
    assert utterance.due_s > 60
    assert not utterance.cacheable


async def test_a_new_version_is_measured_again_and_a_stored_one_is_not(scene: Scene) -> None:
    scene.wanted = [ANNA]
    async with scene.running():
        await scene.rounds(2)
    scene.book = LevelBook(scene.levels, target_lufs=-20.0)
    await scene.book.load()
    async with scene.running():
        await scene.rounds(2)
        assert scene.said == ["anna"]
        scene.adapter.version = "2"
        await scene.rounds(2)
    assert scene.said == ["anna", "anna"]


async def test_nothing_is_measured_while_somebody_listens(scene: Scene) -> None:
    scene.wanted, scene.quiet = [ANNA], False
    async with scene.running():
        await scene.rounds(3)
        assert scene.said == []
        scene.quiet = True
        await scene.rounds()
    assert scene.said == ["anna"]


async def test_whoever_begins_to_listen_ends_the_measuring_until_later(scene: Scene) -> None:
    scene.wanted, scene.adapter.gate = [ANNA], asyncio.Event()
    async with scene.running():
        await scene.clock.advance(BETWEEN_S)
        assert scene.adapter.active == 1
        scene.quiet = False
        scene.adapter.gate.set()
        await until(lambda: bool(scene.clock._sleepers))
        assert scene.adapter.active == 0
        assert not scene.book.knows(ANNA, "1")
        scene.quiet = True
        await scene.rounds()
        assert scene.book.knows(ANNA, "1")


async def test_a_failure_is_tried_again_ever_later_while_the_others_go_on(scene: Scene) -> None:
    scene.wanted = [ANNA]
    scene.adapter.failure = ProviderUnavailable(provider="a")
    times = []
    with capture_logs() as logs:
        async with scene.running():
            for _ in range(round(8 * FIRST_RETRY_S / BETWEEN_S)):
                before = len(scene.said)
                await scene.rounds()
                if len(scene.said) > before:
                    times.append(scene.clock.now() - 1000.0)
            assert times == [BETWEEN_S, BETWEEN_S + FIRST_RETRY_S, BETWEEN_S + 3 * FIRST_RETRY_S,
                             BETWEEN_S + 7 * FIRST_RETRY_S]  # fmt: skip
            scene.adapter.failure = None
            scene.book.ask(BEN)
            await scene.rounds()
            assert scene.said[-1] == "ben"
            await scene.rounds(round(8 * FIRST_RETRY_S / BETWEEN_S))
    assert scene.said[-1] == "anna"
    assert scene.book.knows(ANNA, "1")
    told = [entry for entry in logs if entry["event"].startswith("voice could not")]
    assert [(entry["voice"], entry["code"]) for entry in told] == [("a/anna", "provider-unavailable")]


@pytest.mark.parametrize("when", ["failure", "cut"])
@pytest.mark.parametrize("fault", [ZeroDivisionError(), asyncio.CancelledError(), TimeoutError()])
async def test_a_bug_in_an_adapter_ends_nothing(scene: Scene, when: str, fault: BaseException) -> None:
    scene.wanted = [ANNA, BEN]
    setattr(scene.adapter, when, fault)
    async with scene.running():
        await scene.rounds()
        setattr(scene.adapter, when, None)
        await scene.rounds()
    assert scene.said == ["anna", "ben"]
    assert scene.book.knows(BEN, "1")


async def test_a_provider_that_hangs_is_left_in_time(scene: Scene) -> None:
    scene.wanted, scene.adapter.gate = [ANNA, BEN], asyncio.Event()
    async with scene.running(timeout_s=0.02):
        await scene.rounds()
        assert scene.adapter.active == 0
        scene.adapter.gate.set()
        await scene.rounds()
    assert scene.said == ["anna", "ben"]


async def test_an_engine_without_an_end_is_not_heard_for_ever(scene: Scene) -> None:
    scene.adapter.recordings["anna"] = syllables(1.0, 8000) * round(LONGEST_PASSAGE_S * 100)
    scene.wanted = [ANNA]
    async with scene.running():
        await scene.rounds()
    assert scene.book.knows(ANNA, "1")


async def test_silence_is_a_failure(scene: Scene) -> None:
    scene.adapter.recordings["anna"] = bytes(64_000)
    scene.wanted = [ANNA]
    async with scene.running():
        await scene.rounds(3)
    assert scene.said == ["anna"]
    assert not scene.book.knows(ANNA, "1")


async def test_voices_that_nobody_has_and_providers_that_cost_money_are_left_alone(scene: Scene) -> None:
    scene.wanted = [VoiceName("a", "zoe"), VoiceName("b", "anna")]
    async with scene.running():
        await scene.rounds(2)
    scene.adapter.free, scene.wanted = False, [ANNA]
    async with scene.running():
        await scene.rounds(2)
    assert scene.said == []


async def test_what_a_paid_voice_has_said_is_measured_even_while_it_speaks(scene: Scene) -> None:
    scene.adapter.free, scene.quiet = False, False
    scene.book.spoken.add(ANNA, "1", scene.adapter.format, scene.adapter.recordings["anna"] * 8)
    scene.book.spoken.add(BEN, "1", scene.adapter.format, bytes(16_000 * 2 * 8))
    async with scene.running():
        await scene.rounds()
    assert set(await scene.levels.get_all()) == {ANNA}


async def test_a_house_without_a_voice_is_no_end(scene: Scene) -> None:
    scene.no_voice, scene.wanted = True, [ANNA]
    with capture_logs() as logs:
        async with scene.running():
            await scene.rounds(3)
            scene.no_voice = False
            await scene.rounds()
    assert scene.said == ["anna"]
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["voices could not be levelled"]


async def test_switched_off_there_is_nothing_to_do(scene: Scene) -> None:
    scene.book.enabled = False
    levelling = Levelling([provider(scene.adapter)], scene.book, scene.clock, wanted=list, is_quiet=lambda: True)
    async with asyncio.timeout(WITHIN_S):
        await levelling.run()


async def test_the_house_may_close_in_the_middle(scene: Scene) -> None:
    scene.wanted, scene.adapter.gate = [ANNA], asyncio.Event()
    async with scene.running():
        await scene.clock.advance(BETWEEN_S)
        await settle()
        assert scene.adapter.active == 1
