"""The one thread in which a worker's engine works, step by step; `urgency` says whose step is next."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from wyoming_tts.workers.pulse import Pulse
from wyoming_tts.workers.urgency import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wyoming_tts.models.base import Model
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.workers.outlet import Outlet

T = TypeVar("T")


class Scheduler:
    """Owns the model and its thread. The model is created there; what creating it raises goes to `failed`."""

    def __init__(
        self,
        create: Callable[[], Model],
        failed: Callable[[Exception], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._create = create
        self._failed = failed
        self._now = now
        self._urgency = Urgency()
        self._waiting: list[Work] = []
        """In the order of their arrival."""
        self._changed = threading.Condition()
        self._closing = False
        self._current: Work | None = None
        self._steps = 0
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)

    def start(self) -> None:
        """Start the thread; work may be handed in before."""
        self._thread.start()

    def call(self, function: Callable[[Model], T], due_in_s: float = 0.0) -> Future[T]:
        """Call `function` in the engine's thread, before any work that is due later than `due_in_s` from now."""
        call = Call(function, self._now(), due_in_s)
        self._add(call)
        return call.result

    def speak(self, utterance: Utterance, outlet: Outlet) -> None:
        """Speak the utterance into the outlet, which is finished whatever happens."""
        self._add(Speech(utterance, outlet, self._now))

    def pulse(self) -> Pulse:
        """Return how far the engine is; never waits for it."""
        with self._changed:
            work = self._current
            seconds = work.seconds if isinstance(work, Speech) else 0.0
            return Pulse(bool(self._waiting), not isinstance(work, Speech), self._steps, seconds)

    def close(self) -> None:
        """Free the model after the step it is in, and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _add(self, work: Work) -> None:
        with self._changed:
            self._waiting.append(work)
            self._changed.notify()

    def _work(self) -> None:
        try:
            model = self._create()
        except Exception as error:  # noqa: BLE001 - whatever an engine raises means that there is no model
            self._failed(error)
            return
        while (work := self._next()) is not None:
            done = self._step(work, model)
            while not (done or model.interleaves):
                done = self._step(work, model)
            if done:
                self._remove(work)
        model.close()

    def _step(self, work: Work, model: Model) -> bool:
        self._current = work
        done = self._step_of_speech(work, model) if isinstance(work, Speech) else work.step(model)
        self._steps += 1
        return done

    def _step_of_speech(self, speech: Speech, model: Model) -> bool:
        speech.begin_step(alone=not self._others_wait(speech))
        began, had_s = self._now(), speech.seconds
        done = speech.step(model)
        self._urgency.stepped(self._now() - began, speech.seconds - had_s)
        return done

    def _others_wait(self, speech: Speech) -> bool:
        """Whether anybody would feel that a step of this one is long: those whose listeners hear nothing yet."""
        with self._changed:
            return any(work is not speech and work.newcomer for work in self._waiting)

    def _next(self) -> Work | None:
        """Wait for work and return the most urgent: first what was dropped, so that it frees what it holds."""
        with self._changed:
            while not (self._waiting or self._closing):
                self._changed.wait()
            if self._closing:
                return None
            dropped = next((work for work in self._waiting if work.dropped), None)
            return dropped or self._urgency.first(self._waiting, self._now())

    def _remove(self, done: Work) -> None:
        with self._changed:
            self._waiting = [work for work in self._waiting if work is not done]


class Work(Protocol):
    """A claim with something for the engine to do, step by step; stepped in the engine's thread only."""

    arrived_at: float
    due_at: float
    """When somebody hears that it is late, on the scheduler's clock."""

    @property
    def newcomer(self) -> bool:
        """See `Claim`."""
        ...

    @property
    def dropped(self) -> bool:
        """Nobody waits for it any more."""
        ...

    def step(self, model: Model) -> bool:
        """Do one step; return whether it was the last. Raises nothing."""
        ...


class Call(Generic[T]):
    """A function of the model, in one step."""

    newcomer = False
    """It has a moment like one who speaks: a load waits for those with less in hand, and for nobody after that."""

    def __init__(self, function: Callable[[Model], T], now: float, due_in_s: float) -> None:
        self.arrived_at = now
        self.due_at = now + due_in_s
        self.result: Future[T] = Future()
        self._function = function

    @property
    def dropped(self) -> bool:
        """Nobody waits for the result."""
        return self.result.cancelled()

    def step(self, model: Model) -> bool:
        """Call it."""
        if not self.result.set_running_or_notify_cancel():
            return True
        try:
            self.result.set_result(self._function(model))
        except Exception as error:  # noqa: BLE001 - the caller gets whatever the engine raised
            self.result.set_exception(error)
        return True


class Speech:
    """An utterance in as many steps as the model makes of it."""

    def __init__(self, utterance: Utterance, outlet: Outlet, now: Callable[[], float]) -> None:
        self.arrived_at = now()
        self.due_at = self.arrived_at + utterance.due_s
        self._heard = utterance.due_s > 0
        """Its listener hears what came before it."""
        self._utterance = utterance
        self._outlet = outlet
        self._now = now
        self._steps: Iterator[None] | None = None

    @property
    def dropped(self) -> bool:
        """Its listener has gone."""
        return self._outlet.cancelled

    @property
    def newcomer(self) -> bool:
        """Its listener hears nothing yet, neither of it nor of what came before it."""
        return not (self._heard or self._outlet.seconds)

    @property
    def seconds(self) -> float:
        """Audio made so far."""
        return self._outlet.seconds

    def begin_step(self, *, alone: bool) -> None:
        """Tell the model how much time it has."""
        self._outlet.in_hand_s = max(0.0, self.due_at - self._now())
        self._outlet.alone = alone

    def step(self, model: Model) -> bool:
        """Run to the model's next stop; the audio this yields puts off when the listener runs dry."""
        try:
            done = self._advance(model)
        except Exception as error:  # noqa: BLE001 - one utterance failed; the worker lives on
            self._outlet.finish(error)
            return True
        if done:
            self._outlet.finish()
        return done

    def _advance(self, model: Model) -> bool:
        if self.dropped:
            self._close()
            return True
        if self._steps is None:
            self._steps = model.steps(self._utterance, self._outlet)
        spoken_s = self._outlet.seconds
        done = next(self._steps, True) is True
        gained_s = self._outlet.seconds - spoken_s
        if gained_s:
            self.due_at = max(self.due_at, self._now()) + gained_s
        return done

    def _close(self) -> None:
        close = getattr(self._steps, "close", None)
        if close is not None:
            close()
