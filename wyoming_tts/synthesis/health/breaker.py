"""Whether a provider may be tried, judged by how its last attempts went."""

from __future__ import annotations

import random as random_module
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import CircuitOpen, ProviderError, ProviderTimeout
from wyoming_tts.synthesis.health.first_audio_times import FirstAudioTimes
from wyoming_tts.synthesis.health.pause import Pause
from wyoming_tts.synthesis.health.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.synthesis.health.trial import Outcome
    from wyoming_tts.telemetry.clock import Clock

ATTEMPTS_KEPT = 10
"""However old: a house speaks three times an hour, so that a window of time would always be empty."""
FEWEST_ATTEMPTS = 6
"""Half of fewer is chance."""
PROBES_IN_A_ROW = 2
"""One probe may fail on a busy machine."""
PATIENCE_SHARE = 0.9
CHANGES_KEPT = 50

log = structlog.get_logger(__name__)


class BreakerState(StrEnum):
    """Whether attempts may begin."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"
    """One answer may."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """What the page shows of a circuit's past."""

    at: datetime
    """UTC."""
    state: BreakerState
    code: str
    """Of the error that caused it; `reset`, `probe`, or nothing where time or a success did."""


class CircuitBreaker:
    """Keeps listeners from waiting for a provider that fails. A state machine on a clock, without tasks.

    Two failures in a row, half of the last ten or one that leaves no doubt open it; after a pause one answer tries.
    """

    def __init__(self, provider: str, clock: Clock, *, random: Callable[[], float] = random_module.random) -> None:
        self.provider = provider
        self.first_audio = FirstAudioTimes()
        self.history: deque[StateChange] = deque(maxlen=CHANGES_KEPT)
        """The latest changes, oldest first."""
        self._clock = clock
        self._random = random
        self._failed: deque[bool] = deque(maxlen=ATTEMPTS_KEPT)
        """Whether the latest attempts did."""
        self._pause: Pause | None = None
        """None while closed."""
        self._until = 0.0
        self._openings = 0
        """Without a success between."""
        self._times_opened = 0
        """Ever: an attempt that began before the last time says nothing about the provider since."""
        self._failed_probes = 0
        self._place: _Place | None = None
        """Who is trying it while it is half-open."""
        self.under_way = 0
        """Attempts that have not said yet how they went."""
        self.given_up = 0
        """Attempts ever whose rest nobody wanted."""
        self._on_opened: list[Callable[[], None]] = []

    @property
    def state(self) -> BreakerState:
        """Return the state now; an open circuit whose pause is over is half-open."""
        if self._pause is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._clock.now() < self._until else BreakerState.HALF_OPEN

    @property
    def retry_in_s(self) -> float:
        """Return the seconds until it may be tried: 0 for now, infinite where only a change helps."""
        return 0.0 if self._pause is None else max(0.0, self._until - self._clock.now())

    @property
    def reason(self) -> str:
        """Return why it is not closed, as a sentence."""
        return "" if self._pause is None else self._pause.reason

    def allows(self) -> bool:
        """Whether an attempt of a new answer could begin now."""
        return self.state is BreakerState.CLOSED or (self.state is BreakerState.HALF_OPEN and self._place is None)

    def begin(self, answer_id: str, *, insist: bool = False) -> Trial:
        """Let an attempt through, or raise CircuitOpen.

        Further utterances of an answer that tries it are let through as well. `insist` passes anyway: nobody else is
        left to speak.
        """
        self._note_half_open()
        place = self._placed(answer_id)
        if self._pause is not None and place is None and not insist:
            raise self.refusal()
        self.under_way += 1
        return Trial(partial(self._ended, place, self._times_opened))

    def refusal(self) -> CircuitOpen:
        """Return what an attempt is told that is not let through."""
        wait_s = self.retry_in_s
        return CircuitOpen(provider=self.provider, retry_after_s=wait_s if wait_s and isfinite(wait_s) else None)

    def when_opened(self, call: Callable[[], None]) -> None:
        """Have `call` called whenever it opens."""
        self._on_opened.append(call)

    def late(self, waited_s: float, *, patience_s: float | None = None) -> None:
        """Count an attempt that was given up after `waited_s` since another provider was faster.

        It is a failure where the provider is known to be faster, or the listener's patience was nearly over.
        """
        is_known = self.first_audio.p95() is not None
        self.first_audio.censored(waited_s)
        self._note_half_open()
        is_long = patience_s is None or waited_s >= PATIENCE_SHARE * patience_s
        if self.state is not BreakerState.OPEN and (is_known or is_long):
            self._count_failure(ProviderTimeout(f"nothing within {waited_s:.1f} s", provider=self.provider))

    def probed(self, error: ProviderError | None) -> None:
        """Take a probe's result: it may open a closed circuit and shorten a pause, but closing takes an attempt."""
        self._note_half_open()
        if error is None:
            self._failed_probes = 0
            if self._pause is not None and self._pause.probe_ends_it and self.state is BreakerState.OPEN:
                self._until = self._clock.now()
                self._change(BreakerState.HALF_OPEN, "probe")
        elif error.trips_breaker:
            self._failed_probes += 1
            if self.state is BreakerState.OPEN and self._pause is not None:
                # The probe sees what is wrong, so that it will see when it is not.
                self._pause = replace(self._pause, probe_ends_it=True)
            elif self.allows() and (error.opens_at_once or self._failed_probes >= PROBES_IN_A_ROW):
                self._open(error)

    def reset(self) -> None:
        """Close it by hand, and forget how slow it was."""
        self.first_audio = FirstAudioTimes()
        self._close("reset")

    def _placed(self, answer_id: str) -> _Place | None:
        """Return the place among those who try it, where it is half-open and there is one for this answer."""
        if self.state is not BreakerState.HALF_OPEN:
            return None
        place = self._place = self._place or _Place(answer_id)
        if place.trials and not (answer_id and answer_id == place.answer_id):
            return None
        place.trials += 1
        return place

    def _ended(self, place: _Place | None, times_opened: int, outcome: Outcome) -> None:
        self.under_way -= 1
        self.given_up += outcome == "abandoned"
        self._note_half_open()
        if place is not None:
            place.trials -= 1
            if not place.trials and place is self._place:
                self._place = None
        # Where it has opened since the attempt began, the attempt was one of several that failed together, or belongs
        # to better times. Otherwise one that ends while it is not closed was let through to try it.
        if times_opened != self._times_opened or outcome == "abandoned":
            return
        if outcome == "succeeded":
            if self._pause is not None:
                self._close("")
            self._failed_probes = 0
            self._failed.append(False)
        elif outcome.trips_breaker:
            self._count_failure(outcome)

    def _count_failure(self, error: ProviderError) -> None:
        self._failed.append(True)
        failures = sum(self._failed)
        two_in_a_row = list(self._failed)[-2:] == [True, True]
        half = len(self._failed) >= FEWEST_ATTEMPTS and 2 * failures >= len(self._failed)
        if self._pause is not None or error.opens_at_once or two_in_a_row or half:
            self._open(error)

    def _open(self, error: ProviderError) -> None:
        pause = Pause.after(error, self._openings, self._random)
        was_closed = self._pause is None
        until = self._clock.now() + pause.length_s
        self._openings += 1
        self._times_opened += 1
        self._place = None
        if self.state is BreakerState.OPEN and until <= self._until:
            return  # insisted in vain: the reason for the longer pause still stands
        self._pause, self._until = pause, until
        self._change(BreakerState.OPEN, pause.code)
        if was_closed:
            wait_s = round(pause.length_s, 1) if isfinite(pause.length_s) else None
            log.warning("provider is paused", provider=self.provider, code=pause.code, retry_in_s=wait_s)
        for call in self._on_opened:
            call()

    def _close(self, code: str) -> None:
        if self._pause is not None:
            log.info("provider is back", provider=self.provider)
            self._change(BreakerState.CLOSED, code)
        self._pause = self._place = None
        self._openings = self._failed_probes = 0
        self._failed.clear()

    def _note_half_open(self) -> None:
        """Write down that the pause is over, which nobody sees happen."""
        if self.state is BreakerState.HALF_OPEN:
            self._change(BreakerState.HALF_OPEN, "")

    def _change(self, state: BreakerState, code: str) -> None:
        if not self.history or self.history[-1].state is not state:
            self.history.append(StateChange(datetime.now(UTC), state, code))


@dataclass(slots=True)
class _Place:
    """The one answer that tries a half-open circuit."""

    answer_id: str
    """Empty for one that nobody knows, which shares with nobody."""
    trials: int = 0
