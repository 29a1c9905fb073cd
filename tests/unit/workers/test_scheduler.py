from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.models import VOICES, WordModel
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.outlet import Outlet
from wyoming_tts.workers.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.models.base import Sink


class Diary(WordModel):
    """Writes down whose step was run, by the voice's answer to `utterance.seed`."""

    def __init__(self, *, interleaves: bool = True) -> None:
        super().__init__({"interleaves": interleaves})
        self.steps_run: list[int | None] = []
        self.closed: list[int | None] = []
        self.open_then: list[set[int | None]] = []
        """Whose utterances were begun and not yet closed, at each step."""
        self.freed = False

    def steps(self, utterance: Utterance, sink: Sink) -> Iterator[None]:
        try:
            for _ in super().steps(utterance, sink):
                self.steps_run.append(utterance.seed)
                self.open_then.append(set(self.steps_run) - set(self.closed))
                yield
        finally:
            self.closed.append(utterance.seed)

    def close(self) -> None:
        self.freed = True


class Timed(WordModel):
    """Lets a step take as long as it is told, and writes down what the step was told."""

    def __init__(self, takes_s: float) -> None:
        super().__init__({})
        self.now = 100.0
        self.told: list[tuple[float, bool]] = []
        self._takes_s = takes_s

    def steps(self, utterance: Utterance, sink: Sink) -> Iterator[None]:
        inner = super().steps(utterance, sink)
        for _ in utterance.text.split():
            self.told.append((round(sink.in_hand_s, 3), sink.alone))
            self.now += self._takes_s
            next(inner)
            yield


def never(error: Exception) -> None:
    raise AssertionError(error)


def outlet() -> Outlet:
    return Outlet(asyncio.get_running_loop(), lambda _: None)


async def run(model: Diary, *utterances: Utterance) -> list[int | None]:
    """Queue everything while time stands still, then let the engine run; return whose step came when."""
    await speak(Scheduler(lambda: model, never, now=lambda: 100.0), *utterances)
    return model.steps_run


async def told(model: Timed, *utterances: Utterance) -> list[tuple[float, bool]]:
    """Return what the model was told before each of its steps: seconds in hand, and whether nobody else waited."""
    await speak(Scheduler(lambda: model, never, now=lambda: model.now), *utterances)
    return model.told


async def speak(scheduler: Scheduler, *utterances: Utterance) -> None:
    outlets = [outlet() for _ in utterances]
    for utterance, out in zip(utterances, outlets, strict=True):
        scheduler.speak(utterance, out)
    scheduler.start()
    async with asyncio.timeout(10):
        while not all(out.finished for out in outlets):  # noqa: ASYNC110 - the engine's thread has no event for us
            await asyncio.sleep(0.001)
    scheduler.close()


async def test_the_one_whose_listener_runs_dry_first_is_next() -> None:
    ahead = Utterance("a b c", "one", seed=1, due_s=0.25)
    hungry = Utterance("a b c d e", "one", seed=2, due_s=0.0)
    # A word is 0.1 s: the hungry one is as far ahead as the other after three of them.
    assert await run(Diary(), ahead, hungry) == [2, 2, 2, 1, 2, 1, 2, 1]


async def test_who_came_first_goes_first_where_both_are_due() -> None:
    assert await run(Diary(), Utterance("a b", "one", seed=1), Utterance("a b", "one", seed=2)) == [1, 2, 1, 2]


async def test_a_newcomer_goes_before_one_who_has_enough_in_hand_and_after_one_who_hears_silence() -> None:
    ahead, dry = Utterance("a", "one", seed=1, due_s=9.0), Utterance("a", "one", seed=3, due_s=0.001)
    assert await run(Diary(), ahead, Utterance("a", "one", seed=2), dry) == [3, 2, 1]


async def test_in_hand_is_what_was_yielded_less_the_time_that_went_by() -> None:
    assert await told(Timed(0.03), Utterance("a b c", "one")) == [(0.0, True), (0.1, True), (0.17, True)]


async def test_in_hand_counts_what_the_listener_had_when_the_utterance_came() -> None:
    assert await told(Timed(0.03), Utterance("a b", "one", due_s=0.25)) == [(0.25, True), (0.32, True)]


async def test_silence_that_was_heard_is_no_debt() -> None:
    assert await told(Timed(0.3), Utterance("a b c", "one")) == [(0.0, True), (0.1, True), (0.1, True)]


async def test_a_model_is_told_whether_others_wait() -> None:
    found = await told(Timed(0.0), Utterance("a b", "one"), Utterance("a b", "one"))
    assert [alone for _, alone in found] == [False, True, True, True], "until everybody hears something"
    found = await told(Timed(0.0), Utterance("a b", "one"), Utterance("a b", "one", due_s=9.0))
    assert [alone for _, alone in found] == [True] * 4, "somebody who hears something does not mind"


async def test_what_steps_take_is_learnt() -> None:
    ahead = Utterance("a", "one", due_s=1.0)
    newcomers = [Utterance("a", "one") for _ in range(3)]
    # Two steps of 0.3 s for 0.1 s of audio each, and no third one before the listener who has 0.4 s left.
    assert [in_hand_s for in_hand_s, _ in await told(Timed(0.3), ahead, *newcomers)] == [0.0, 0.0, 0.4, 0.0]


async def test_an_engine_that_cannot_interleave_finishes_what_it_began() -> None:
    first, second = Utterance("a b c", "one", seed=1, due_s=9.0), Utterance("a b", "one", seed=2)
    assert await run(Diary(interleaves=False), first, second) == [2, 2, 1, 1, 1]


async def test_a_dropped_utterance_frees_what_it_holds_before_anything_else() -> None:
    model = Diary()
    scheduler = Scheduler(lambda: model, never, now=lambda: 100.0)
    dropped, other = outlet(), outlet()
    scheduler.speak(Utterance("a SLOW SLOW SLOW SLOW SLOW", "one", seed=1), dropped)
    scheduler.start()
    async with asyncio.timeout(10):
        while not model.steps_run:  # noqa: ASYNC110 - the engine's thread has no event for us
            await asyncio.sleep(0.001)
    dropped.cancel()
    scheduler.speak(Utterance("a", "one", seed=2, due_s=-50.0), other)
    async with asyncio.timeout(10):
        while not other.finished:  # noqa: ASYNC110 - the engine's thread has no event for us
            await asyncio.sleep(0.001)
    scheduler.close()
    assert model.closed == [1, 2]
    assert model.open_then[-1] == {2}
    assert len(model.steps_run) < 6


async def test_a_call_runs_in_the_same_thread_and_hands_back_what_it_raises() -> None:
    scheduler = Scheduler(Diary, never)
    scheduler.start()
    assert await asyncio.wrap_future(scheduler.call(lambda model: model.voices())) == VOICES
    with pytest.raises(KeyError):
        await asyncio.wrap_future(scheduler.call(lambda model: model.load("nobody")))
    scheduler.close()


async def test_a_load_waits_for_those_who_have_little_audio_in_hand() -> None:
    model = Diary()
    scheduler = Scheduler(lambda: model, never, now=lambda: 100.0)
    hungry, full = outlet(), outlet()
    scheduler.speak(Utterance("a", "one", seed=1, due_s=9.0), full)
    loaded = scheduler.call(lambda model: list(model.steps_run), 2.0)  # type: ignore[attr-defined] # it is our Diary
    scheduler.speak(Utterance("a", "one", seed=2), hungry)
    scheduler.start()
    assert await asyncio.wrap_future(loaded) == [2]
    scheduler.close()


async def test_closing_frees_the_model() -> None:
    model = Diary()
    scheduler = Scheduler(lambda: model, never)
    scheduler.start()
    scheduler.close()
    assert model.freed


async def test_a_model_that_cannot_be_made_is_told() -> None:
    errors: list[Exception] = []

    def create() -> WordModel:
        raise FileNotFoundError

    scheduler = Scheduler(create, errors.append)
    scheduler.start()
    scheduler.close()
    assert [type(error) for error in errors] == [FileNotFoundError]
