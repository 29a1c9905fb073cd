"""Phrases are made beside the answers: in order, one at a time, when it is quiet, and never paid for twice in a row."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock, settle
from tests.fakes.house_parts import Parts
from tests.fakes.pcm_adapter import PcmAdapter, syllables
from tests.fakes.speech_memory import SpeechMemory, key_of
from wyoming_tts.errors import BadAudio, ProviderUnavailable, QuotaExhausted, RateLimited
from wyoming_tts.speech.prosody import NATURAL
from wyoming_tts.store.database import Database
from wyoming_tts.store.heard_sentences import SCHEMA, HeardSentences
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.phrases.often_heard import OftenHeard
from wyoming_tts.synthesis.phrases.phrase_planner import PhrasePlanner
from wyoming_tts.synthesis.phrases.phrasebook import (
    BETWEEN_S,
    FIRST_RETRY_S,
    LOOK_EVERY_S,
    NOT_PAID_AGAIN_S,
    PLAN_EVERY_S,
    SAVE_EVERY_S,
    Phrasebook,
)
from wyoming_tts.synthesis.routing.privacy import PrivacyRules

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.errors import ProviderError

WITHIN_S = 10.0
SAY = ("One.", "Two.", "Three.")


@dataclass
class Scene:
    """A house of one provider with one voice, whose owner listed three phrases."""

    table: HeardSentences
    adapter: PcmAdapter = field(default_factory=lambda: PcmAdapter("a", {"anna": syllables(0.2, 8000)}))
    clock: FakeClock = field(default_factory=FakeClock)
    memory: SpeechMemory = field(default_factory=SpeechMemory)
    say: tuple[str, ...] = SAY
    learn: bool = False
    quiet: bool = True
    between_s: float = BETWEEN_S
    timeout_s: float = WITHIN_S
    days: float = 20_000.0
    """The calendar."""
    privacy: PrivacyRules = field(default_factory=PrivacyRules)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Phrasebook]:
        provider = self.memory.provider(self.adapter, self.clock)
        parts = Parts(provider, privacy=self.privacy)
        self.breaker = provider.breaker
        often = OftenHeard(self.table, self.privacy, most=10 if self.learn else 0, now=lambda: self.days * 86_400)
        book = Phrasebook(
            PhrasePlanner(parts.router, self.memory, Manner(), say=self.say),
            often,
            self.clock,
            voices=parts.catalog.advertised,
            is_quiet=lambda: self.quiet,
            between_s=self.between_s,
            timeout_s=self.timeout_s,
        )
        task = asyncio.create_task(book.run())
        try:
            await self.resting()
            yield book
            assert not task.done()
        finally:
            task.cancel()
            await asyncio.wait([task])
        assert self.adapter.active == 0

    async def resting(self) -> None:
        """Wait until it sleeps; the store answers from a thread."""
        async with asyncio.timeout(WITHIN_S):
            while all(sleeper.done() for _, _, sleeper in self.clock._sleepers):  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.001)

    async def rounds(self, count: int = 1) -> None:
        for _ in range(count):
            await self.clock.advance(self.between_s)
            await settle(50)
            await self.resting()

    @property
    def said(self) -> list[str]:
        return [utterance.text for utterance in self.adapter.utterances]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    database = Database(None, [SCHEMA])
    await database.open()
    yield Scene(HeardSentences(database))
    await database.aclose()


async def test_phrases_are_made_in_order_one_a_round_each_once_and_are_pinned_from_the_start(scene: Scene) -> None:
    with capture_logs() as logs:
        async with scene.running() as book:
            assert len(scene.memory.pinned) == 3
            assert (scene.said, book.standing) == ([], (0, 3))
            await scene.rounds()
            assert (scene.said, book.standing) == (["One."], (1, 3))
            await scene.rounds(5)
    assert scene.said == ["One.", "Two.", "Three."]
    assert scene.memory.held == scene.memory.pinned
    assert [(entry["event"], entry["sentences"]) for entry in logs] == [
        ("phrases are made while nobody speaks", 3),
        ("phrases are ready", 3),
    ]


async def test_a_phrase_is_less_urgent_than_anything_else_and_may_be_kept(scene: Scene) -> None:
    async with scene.running():
        await scene.rounds()
    (utterance,) = scene.adapter.utterances
    assert utterance.due_s > 60
    assert (utterance.patience_s, utterance.cacheable, utterance.insist) == (None, True, False)
    assert (utterance.previous_text, utterance.next_text, utterance.language) == ("", "", "en-US")


async def test_what_is_there_already_is_not_made(scene: Scene) -> None:
    async with scene.running():
        scene.memory.held |= {key for key in scene.memory.pinned if b"Two." not in key}
        await scene.rounds(3)
    assert scene.said == ["Two."]


async def test_nothing_is_made_while_somebody_is_answered(scene: Scene) -> None:
    scene.quiet = False
    async with scene.running():
        await scene.rounds(3)
        assert scene.said == []
        scene.quiet = True
        await scene.rounds()
    assert scene.said == ["One."]


async def test_a_free_voice_stops_at_once_for_a_request_and_says_it_later(scene: Scene) -> None:
    scene.adapter.gate = asyncio.Event()
    async with scene.running():
        await scene.clock.advance(BETWEEN_S)
        assert scene.adapter.active == 1
        scene.quiet = False
        await scene.clock.advance(LOOK_EVERY_S)
        assert scene.adapter.active == 0, "not one more chunk is waited for"
        await scene.rounds(2)
        assert scene.said == ["One."]
        scene.quiet = True
        scene.adapter.gate.set()
        await scene.rounds()
        assert scene.said == ["One.", "One."]
        assert len(scene.memory.held) == 1


async def test_what_is_paid_for_is_heard_out(scene: Scene) -> None:
    scene.adapter.free, scene.adapter.gate = False, asyncio.Event()
    async with scene.running():
        await scene.clock.advance(BETWEEN_S)
        scene.quiet = False
        await scene.clock.advance(10 * LOOK_EVERY_S)
        assert scene.adapter.active == 1
        scene.adapter.gate.set()
        await scene.resting()
        await settle(50)
        assert (scene.adapter.active, len(scene.memory.held)) == (0, 1)
        await scene.rounds(2)
        assert scene.said == ["One."]


async def test_where_nothing_has_changed_nothing_is_planned_anew(scene: Scene) -> None:
    async with scene.running():
        asked = scene.memory.asked
        await scene.rounds(10)
        assert scene.memory.asked == asked == len(SAY)


async def test_a_new_version_of_the_voice_is_made_and_pinned_anew(scene: Scene) -> None:
    async with scene.running() as book:
        await scene.rounds(4)
        before = set(scene.memory.pinned)
        scene.adapter.version = "2"
        await scene.rounds()
        assert book.standing[1] == 3
        assert scene.memory.pinned.isdisjoint(before)
        await scene.rounds(4)
        assert book.standing == (3, 3)
    assert scene.said == [*SAY, *SAY]


async def test_a_failure_is_tried_again_ever_later_and_told_once(scene: Scene) -> None:
    scene.say = ("One.",)
    scene.adapter.failure = ProviderUnavailable(provider="a")
    times: list[float] = []
    with capture_logs() as logs:
        async with scene.running():
            for _ in range(round(8 * FIRST_RETRY_S / BETWEEN_S)):
                before = len(scene.said)
                await scene.rounds()
                if len(scene.said) > before:
                    times.append(scene.clock.now() - 1000.0 - BETWEEN_S)
            assert times == [0.0, FIRST_RETRY_S, 3 * FIRST_RETRY_S, 7 * FIRST_RETRY_S]
            scene.adapter.failure = None
            await scene.rounds(round(8 * FIRST_RETRY_S / BETWEEN_S))
    assert len(scene.memory.held) == 1
    told = [(entry["event"], entry.get("voice"), entry.get("code")) for entry in logs]
    assert told == [
        ("phrases are made while nobody speaks", None, None),
        ("a phrase could not be made, it is tried again later", "a/anna", "provider-unavailable"),
        ("phrases are ready", None, None),
    ]
    assert "One." not in repr(logs)


async def test_a_voice_that_fails_once_more_after_a_success_is_told_once_more(scene: Scene) -> None:
    with capture_logs() as logs:
        async with scene.running():
            for failure in (BadAudio(provider="a"), None, BadAudio(provider="a")):
                scene.adapter.failure = failure
                await scene.rounds()
    assert scene.said == ["One.", "Two.", "Three."]
    assert sum(entry["event"].startswith("a phrase could not") for entry in logs) == 2


async def test_the_others_do_not_wait_for_one_that_fails(scene: Scene) -> None:
    scene.adapter.failure = BadAudio(provider="a")
    async with scene.running():
        await scene.rounds()
        scene.adapter.failure = None
        await scene.rounds(2)
        assert scene.said == ["One.", "Two.", "Three."]


async def test_a_provider_says_when_to_come_back(scene: Scene) -> None:
    scene.say = ("One.",)
    scene.adapter.failure = RateLimited(provider="a", retry_after_s=1000.0)
    async with scene.running():
        await scene.rounds(round(990 / BETWEEN_S))
        assert scene.said == ["One."]
        await scene.rounds(4)
    assert scene.said == ["One.", "One."]


async def test_a_paused_provider_is_not_asked(scene: Scene) -> None:
    async with scene.running():
        scene.breaker.begin("").failed(QuotaExhausted(provider="a"))
        await scene.rounds(3)
        assert scene.said == []
        scene.breaker.reset()
        await scene.rounds()
        assert scene.said == ["One."]


@pytest.mark.parametrize(
    ("failure", "again_s"),
    [
        (BadAudio(provider="a"), NOT_PAID_AGAIN_S),
        (QuotaExhausted(provider="a"), FIRST_RETRY_S),
        (None, NOT_PAID_AGAIN_S),
    ],
)
async def test_what_may_be_on_a_bill_is_not_asked_again_before_tomorrow(
    scene: Scene, failure: ProviderError | None, again_s: float
) -> None:
    """Also where it came as it should, and could not be kept."""
    scene.say, scene.adapter.free, scene.adapter.failure, scene.memory.is_full = ("One.",), False, failure, True
    scene.between_s = again_s / 10
    with capture_logs() as logs:
        async with scene.running():
            await scene.rounds()
            await scene.rounds(9)
            assert scene.said == ["One."]
            await scene.rounds(2)
            assert scene.said == ["One.", "One."]
    lost = [entry for entry in logs if entry["event"].startswith("phrases that were made are gone")]
    assert len(lost) == (failure is None)


async def test_what_a_free_voice_made_and_was_not_kept_is_made_ever_less_often(scene: Scene) -> None:
    scene.memory.is_full = True
    with capture_logs() as logs:
        async with scene.running():
            await scene.rounds(round(8 * FIRST_RETRY_S / BETWEEN_S))
    assert len(scene.said) == 4 * 3
    assert sum(entry["event"].startswith("phrases that were made are gone") for entry in logs) == 1


@pytest.mark.parametrize("when", ["failure", "cut"])
@pytest.mark.parametrize("fault", [ZeroDivisionError(), asyncio.CancelledError(), TimeoutError()])
async def test_a_bug_in_an_adapter_ends_nothing(scene: Scene, when: str, fault: BaseException) -> None:
    setattr(scene.adapter, when, fault)
    async with scene.running():
        await scene.rounds()
        setattr(scene.adapter, when, None)
        await scene.rounds()
    assert scene.said == ["One.", "Two."]
    assert len(scene.memory.held) == 1


async def test_a_provider_that_hangs_is_left_in_time(scene: Scene) -> None:
    scene.timeout_s, scene.adapter.gate = 0.02, asyncio.Event()
    async with scene.running():
        await scene.clock.advance(BETWEEN_S)
        async with asyncio.timeout(WITHIN_S):
            while scene.adapter.active:  # noqa: ASYNC110 - real time, and nobody announces it
                await asyncio.sleep(0.005)
        await scene.resting()
        scene.adapter.gate.set()
        await scene.rounds(2)
        assert scene.said[:2] == ["One.", "Two."]


async def test_the_house_may_close_in_the_middle(scene: Scene) -> None:
    scene.adapter.gate = asyncio.Event()
    async with scene.running():
        await scene.clock.advance(BETWEEN_S)
        assert scene.adapter.active == 1


async def test_what_was_heard_often_is_made_after_the_phrases_and_after_a_restart(scene: Scene) -> None:
    scene.say, scene.learn = ("One.",), True
    async with scene.running() as book:
        for text in ("Learned.", "Learned.", "Learned.", "Heard twice.", "Heard twice."):
            book.heard(text)
        await scene.rounds(4)
        assert scene.said == ["One.", "Learned."]
        assert len(scene.memory.pinned) == 2
        await scene.rounds(round(SAVE_EVERY_S / BETWEEN_S))
        assert set(await scene.table.get_all()) == {"Learned.", "Heard twice."}
    scene.memory.held.clear()
    scene.adapter.utterances.clear()
    async with scene.running() as book:
        assert len(scene.memory.pinned) == 2
        book.heard("Heard twice.")
        await scene.rounds(4)
        assert set(scene.said) == {"One.", "Learned.", "Heard twice."}


async def test_what_was_learned_and_paid_for_by_somebody_is_pinned_before_long(scene: Scene) -> None:
    scene.say, scene.learn, scene.adapter.free, scene.between_s = (), True, False, PLAN_EVERY_S / 3
    async with scene.running() as book:
        for _ in range(3):
            book.heard("Learned.")
        await scene.rounds(2)
        assert scene.memory.pinned == set()
        scene.memory.held.add(key_of(scene.adapter, "anna", None, NATURAL, "Learned."))
        await scene.rounds(3)
        assert scene.memory.pinned == scene.memory.held
    assert scene.said == []


async def test_what_is_said_no_more_is_no_longer_pinned(scene: Scene) -> None:
    scene.say, scene.learn = (), True
    async with scene.running() as book:
        for _ in range(3):
            book.heard("Learned.")
        await scene.rounds(2)
        assert len(scene.memory.pinned) == 1
        scene.days += 20
        await scene.rounds()
        assert scene.memory.pinned == set()


async def test_without_phrases_there_is_nothing_to_do_and_nothing_pinned_or_known(scene: Scene) -> None:
    scene.learn = True
    async with scene.running() as book:
        for _ in range(3):
            book.heard("Learned.")
        await scene.rounds(round(SAVE_EVERY_S / BETWEEN_S) + 1)
    assert await scene.table.get_all()
    often = OftenHeard(scene.table, scene.privacy, most=0)
    parts = Parts(scene.memory.provider(scene.adapter, scene.clock))
    planner = PhrasePlanner(parts.router, scene.memory, Manner(), say=())
    book = Phrasebook(planner, often, scene.clock, voices=list, is_quiet=lambda: True)
    async with asyncio.timeout(WITHIN_S):
        await book.run()
    assert scene.memory.pinned == set()
    assert await scene.table.get_all() == {}


async def test_private_phrases_are_counted_for_the_owner_and_not_made(scene: Scene) -> None:
    scene.privacy, scene.between_s = PrivacyRules(["Two"]), PLAN_EVERY_S / 3
    with capture_logs() as logs:
        async with scene.running():
            await scene.rounds(8)
    assert scene.said == ["One.", "Three."]
    (told,) = [entry for entry in logs if "privacy" in entry["event"]]
    assert told["phrases"] == 1


async def test_a_house_without_a_voice_has_its_phrases_made_once_it_has_one(scene: Scene) -> None:
    recordings, scene.adapter.recordings = scene.adapter.recordings, {}
    async with scene.running():
        await scene.rounds(2)
        scene.adapter.recordings = recordings
        await scene.rounds(2)
    assert scene.said == ["One."]
