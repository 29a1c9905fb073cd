"""Who gets a place with a provider, in which order, and that no place is ever lost or held twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.errors import CircuitOpen, ProviderBusy, ProviderUnavailable
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.admission import AGED_S, LEAD_S, MAX_PASSED_OVER, MAX_WAITING, ORDERED_AT_ONCE, Admission
from wyoming_tts.synthesis.health.breaker import CircuitBreaker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from wyoming_tts.adapters.base import Capabilities

NEW = Utterance("Newcomer.", voice="v")


class Worker(WordAdapter):
    """Orders by itself what it is asked."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, orders=True)


class Scene:
    """A provider with a number of places, and those who want one."""

    def __init__(self, places: int = 1, *, kind: type[WordAdapter] = WordAdapter, one_breath: bool = False) -> None:
        adapter = kind("a", Vocabulary(), concurrency=places, one_breath=one_breath)
        self.breaker = CircuitBreaker("a", LoopClock(), random=lambda: 1.0)
        self.admission = Admission(adapter, self.breaker)
        self.order: list[str] = []
        self.admitted: list[Utterance] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.inside = self.most_inside = 0

    async def come(self, name: str, utterance: Utterance = NEW, *, holds_s: float = 1000.0) -> None:
        """Have somebody ask for a place, which he keeps for a while."""
        self.tasks[name] = asyncio.create_task(self._speak(name, utterance, holds_s))
        await asyncio.sleep(0)

    async def _speak(self, name: str, utterance: Utterance, holds_s: float) -> None:
        async with self.admission.place(utterance) as admitted:
            self.order.append(name)
            self.admitted.append(admitted)
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
            try:
                await asyncio.sleep(holds_s)
            finally:
                self.inside -= 1

    async def end(self, name: str) -> None:
        """Have somebody leave, wherever he stands."""
        self.tasks[name].cancel()
        await asyncio.wait([self.tasks[name]])
        for _ in range(3):
            await asyncio.sleep(0)

    async def one_after_the_other(self) -> list[str]:
        """Let each who gets a place leave, and return the names in the order in which they got theirs."""
        done = 0
        while done < len(self.order):
            await self.end(self.order[done])
            done += 1
        return self.order


def idle(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    def run() -> None:
        run_idle(test())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def hearing(due_s: float, **more: object) -> Utterance:
    return replace(NEW, due_s=due_s, previous_text="Before.", **more)  # type: ignore[arg-type] # as they are called


@idle
async def test_the_earliest_due_goes_first_and_of_equals_the_one_who_came_first() -> None:
    scene = Scene()
    await scene.come("speaks")
    for name, due_s in (("in 9", 9.0), ("in 5", 5.0), ("in 7", 7.0), ("in 5, too", 5.0)):
        await scene.come(name, hearing(due_s))
    await scene.come("now")
    await scene.come("now, too")
    expected = ["speaks", "now", "now, too", "in 5", "in 5, too", "in 7", "in 9"]
    assert await scene.one_after_the_other() == expected
    assert scene.most_inside == 1


@idle
async def test_due_is_counted_from_when_one_came() -> None:
    scene = Scene()
    await scene.come("speaks")
    await scene.come("early", hearing(20.0))
    await asyncio.sleep(12.0)
    await scene.come("late", hearing(9.0))
    assert await scene.one_after_the_other() == ["speaks", "early", "late"]


@idle
async def test_who_will_soon_run_dry_goes_before_newcomers() -> None:
    scene = Scene()
    await scene.come("speaks")
    await scene.come("has time", hearing(LEAD_S + 0.5))
    await scene.come("newcomer")
    await scene.come("soon dry", hearing(LEAD_S - 0.1))
    await scene.come("carried on", replace(NEW, previous_text="Before."))
    assert await scene.one_after_the_other() == ["speaks", "carried on", "soon dry", "newcomer", "has time"]


@idle
async def test_a_newcomer_who_has_waited_long_is_passed_over_only_so_often() -> None:
    scene = Scene()
    await scene.come("speaks")
    await scene.come("newcomer")
    await asyncio.sleep(0.1)
    await scene.come("later newcomer")
    await asyncio.sleep(AGED_S)
    dry = [f"soon dry {number}" for number in range(2 * MAX_PASSED_OVER + 1)]
    for name in dry:
        await scene.come(name, hearing(LEAD_S / 2))
    first, then, last = dry[:MAX_PASSED_OVER], dry[MAX_PASSED_OVER:-1], dry[-1]
    expected = ["speaks", *first, "newcomer", *then, "later newcomer", last]
    assert await scene.one_after_the_other() == expected


@idle
async def test_under_a_flood_of_the_urgent_everybody_gets_his_turn() -> None:
    scene = Scene()
    await scene.come("first", holds_s=0.1)
    await scene.come("newcomer", holds_s=0.1)
    for number in range(100):
        await scene.come(f"urgent {number}", hearing(0.5), holds_s=0.1)
        await scene.come(f"more urgent {number}", hearing(0.4), holds_s=0.1)
        await asyncio.sleep(0.1)
    assert scene.order.index("newcomer") <= 10 * AGED_S + MAX_PASSED_OVER + 2


@idle
async def test_as_many_as_it_is_good_for_speak_at_once() -> None:
    scene = Scene(3)
    for number in range(7):
        await scene.come(f"{number}", holds_s=1.0)
    assert (scene.inside, scene.admission.waiting) == (3, 4)
    await asyncio.wait(scene.tasks.values())
    assert (scene.most_inside, len(scene.order), scene.inside, scene.admission.waiting) == (3, 7, 0, 0)


@idle
async def test_before_one_that_orders_its_work_nobody_waits() -> None:
    scene = Scene(1, kind=Worker)
    for number in range(ORDERED_AT_ONCE + 2):
        await scene.come(f"{number}")
    assert (scene.inside, scene.admission.waiting) == (ORDERED_AT_ONCE, 2)


@pytest.mark.parametrize(
    ("due_s", "insist", "waits_s"), [(0.0, False, 1.0), (3.0, False, 4.0), (0.0, True, 1.5), (3.0, True, 4.5)]
)
def test_waiting_ends_while_the_provider_could_still_be_heard_in_time(
    *, due_s: float, insist: bool, waits_s: float
) -> None:
    async def run() -> None:
        scene = Scene()
        await scene.come("speaks")
        began = asyncio.get_running_loop().time()
        with pytest.raises(ProviderBusy) as caught:
            async with scene.admission.place(replace(NEW, patience_s=2.0, due_s=due_s, insist=insist)):
                pass
        assert asyncio.get_running_loop().time() - began == pytest.approx(waits_s, abs=0.01)
        assert not caught.value.trips_breaker
        assert scene.admission.waiting == 0
        assert await scene.one_after_the_other() == ["speaks"]

    run_idle(run())


@idle
async def test_what_the_wait_took_is_taken_off_the_patience() -> None:
    scene = Scene()
    await scene.come("at once", replace(NEW, patience_s=2.0), holds_s=0.75)
    await scene.come("newcomer", replace(NEW, patience_s=2.0), holds_s=1.25)
    await scene.come("prepared", hearing(3.0, patience_s=2.0), holds_s=2.0)
    await scene.come("late", hearing(3.5, patience_s=2.0))
    await scene.come("patient", hearing(9.0), holds_s=1.0)
    await asyncio.sleep(4.1)
    given = {
        name: (round(one.due_s, 3), one.patience_s and round(one.patience_s, 3))
        for name, one in zip(scene.order, scene.admitted, strict=True)
    }
    assert given == {
        "at once": (0.0, 2.0),
        "newcomer": (0.0, 1.25),
        "prepared": (1.0, 2.0),
        "late": (0.0, 1.5),
    }
    await scene.end("late")
    assert (scene.order[-1], scene.admitted[-1].patience_s) == ("patient", None)


@idle
async def test_the_queue_is_bounded_and_says_so_at_once() -> None:
    scene = Scene()
    for number in range(MAX_WAITING + 1):
        await scene.come(f"{number}")
    with pytest.raises(ProviderBusy, match="too many wait"):
        async with scene.admission.place(NEW):
            pass
    assert scene.admission.waiting == MAX_WAITING
    await scene.end("17")
    await scene.come("again")
    assert scene.admission.waiting == MAX_WAITING


@idle
async def test_an_opening_circuit_sends_away_those_who_can_turn_to_somebody_else() -> None:
    scene = Scene()
    await scene.come("speaks")
    await scene.come("waits")
    await scene.come("insists", replace(NEW, insist=True))
    await scene.come("waits, too", hearing(4.0))
    scene.breaker.begin("x").failed(ProviderUnavailable(provider="a"))
    await asyncio.wait([scene.tasks["waits"], scene.tasks["waits, too"]])
    for name in ("waits", "waits, too"):
        error = scene.tasks[name].exception()
        assert isinstance(error, CircuitOpen)
        assert error.retry_after_s == pytest.approx(30.0)
    assert scene.admission.waiting == 1
    assert await scene.one_after_the_other() == ["speaks", "insists"]


@idle
async def test_a_place_given_away_by_the_failure_that_opens_the_circuit_is_not_used() -> None:
    scene = Scene()
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def fail() -> None:
        trial = scene.breaker.begin("x")
        try:
            async with scene.admission.place(NEW):
                await gone
        except ProviderUnavailable as error:  # as the wrapper outside counts it
            trial.failed(error)

    failing = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await scene.come("next")
    await scene.come("insists", replace(NEW, insist=True))
    gone.set_exception(ProviderUnavailable(provider="a"))
    await asyncio.wait([failing, scene.tasks["next"]])
    assert isinstance(scene.tasks["next"].exception(), CircuitOpen)
    await asyncio.sleep(0)
    assert scene.order == ["insists"]


@idle
async def test_one_who_leaves_the_queue_is_passed_over() -> None:
    scene = Scene()
    for name in ("speaks", "leaves", "stays"):
        await scene.come(name)
    await scene.end("leaves")
    assert scene.admission.waiting == 1
    assert await scene.one_after_the_other() == ["speaks", "stays"]


@idle
async def test_one_who_leaves_as_he_gets_his_place_hands_it_on() -> None:
    scene = Scene()
    for name in ("speaks", "leaves", "stays"):
        await scene.come(name)
    scene.tasks["speaks"].cancel()
    await asyncio.sleep(0)  # now it is his, and he has not seen it yet
    scene.tasks["leaves"].cancel()
    await asyncio.wait([scene.tasks["leaves"]])
    for _ in range(3):
        await asyncio.sleep(0)
    assert scene.order == ["speaks", "stays"]


@idle
async def test_utterances_in_one_breath_take_one_place() -> None:
    scene = Scene(3, one_breath=True)
    streamed = replace(NEW, streamed=True)
    for number, due_s in ((1, 0.0), (2, 5.0), (3, 9.0)):
        await scene.come(f"a{number}", replace(streamed, answer_id="a", due_s=due_s))
    await scene.come("b1", replace(streamed, answer_id="b"))
    await scene.come("not streamed", replace(NEW, answer_id="a"))
    assert scene.order == ["a1", "b1", "not streamed"]
    await scene.end("b1")
    assert scene.order == ["a1", "b1", "not streamed"], "a2 runs on from a1"
    await scene.end("a1")
    await scene.end("a2")
    assert scene.order == ["a1", "b1", "not streamed", "a2", "a3"]


@idle
async def test_whether_somebody_is_before_one() -> None:
    scene = Scene(2, one_breath=True)
    running_on = replace(NEW, streamed=True, answer_id="a")
    assert scene.admission.has_none_before(NEW)
    await scene.come("a1", running_on)
    assert scene.admission.has_none_before(NEW)
    assert not scene.admission.has_none_before(running_on)
    await scene.come("another")
    assert not scene.admission.has_none_before(NEW)
    working = Scene(2, kind=Worker)
    assert working.admission.has_none_before(NEW)
    await working.come("one")
    assert not working.admission.has_none_before(NEW), "it shares its work"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("come"), st.sampled_from([0.0, 0.5, 3.0]), st.sampled_from([None, 0.2, 4.0]), st.booleans()),
        st.tuples(st.just("leave"), st.integers(0, 30)),
        st.tuples(st.just("pass"), st.sampled_from([0.0, 0.1, 1.0, 5.0])),
        st.tuples(st.just("open")),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(places=st.integers(1, 3), steps=STEPS)
def test_whatever_happens_no_place_is_lost_and_none_held_twice(places: int, steps: list[tuple[object, ...]]) -> None:
    async def run() -> None:
        scene = Scene(places)
        for number, step in enumerate(steps):
            match step:
                case ["come", float(due_s), patience_s, bool(insist)]:
                    utterance = replace(NEW, due_s=due_s, patience_s=patience_s, insist=insist)  # type: ignore[arg-type]
                    await scene.come(f"{number}", utterance, holds_s=0.7)
                case ["leave", int(which)] if scene.tasks:
                    list(scene.tasks.values())[which % len(scene.tasks)].cancel()  # and nobody waits for it
                case ["pass", float(seconds)]:
                    await asyncio.sleep(seconds)
                case ["open"]:
                    scene.breaker.begin("x", insist=True).failed(ProviderUnavailable(provider="a"))
            waits = scene.admission.waiting
            assert scene.inside <= places
            assert not waits or len(scene.admission._served) == places, "nobody waits beside a free place"
        for task in scene.tasks.values():
            task.cancel()
        if scene.tasks:
            await asyncio.wait(scene.tasks.values())
        assert (scene.inside, scene.admission.waiting, scene.most_inside <= places) == (0, 0, True)
        assert not scene.admission._served
        assert scene.admission.has_none_before(NEW)
        failures = {type(task.exception()) for task in scene.tasks.values() if not task.cancelled()}
        assert failures <= {type(None), ProviderBusy, CircuitOpen}

    run_idle(run())
