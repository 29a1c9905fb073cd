"""Whatever happens in whatever order: one answer tries a half-open circuit, and no pause is for ever that may heal."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from wyoming_tts.errors import (
    BadAudio,
    BadCredentials,
    CircuitOpen,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    UtteranceRejected,
)
from wyoming_tts.synthesis.health.breaker import BreakerState, CircuitBreaker
from wyoming_tts.synthesis.health.pause import LONGEST_ASKED_S
from wyoming_tts.synthesis.health.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = (ProviderUnavailable, ProviderTimeout, BadAudio, RateLimited, UtteranceRejected, QuotaExhausted, BadCredentials)

ROUNDING_S = 0.001

answers = st.sampled_from(["", "x", "y", "z"])
errors = st.builds(
    lambda kind, retry_after_s: kind(provider="a", retry_after_s=retry_after_s),
    st.sampled_from(KINDS),
    st.none() | st.floats(0.0, 10_000.0),
)


class HandClock:
    """Time that somebody sets."""

    def __init__(self) -> None:
        self.time_s = 0.0

    def now(self) -> float:
        return self.time_s

    async def sleep(self, s: float) -> None:
        raise AssertionError(s)


class AnyLife(RuleBasedStateMachine):
    """Attempts, probes, lost hedges and time, as they come."""

    trials: Bundle[Trial] = Bundle("trials")

    def __init__(self) -> None:
        super().__init__()
        self.clock = HandClock()
        self.chance = 0.5
        self.breaker = CircuitBreaker("a", self.clock, random=lambda: self.chance)
        self.trying: dict[Trial, str] = {}
        """Attempts under way that were let through since it opened last, without insisting."""
        self.only_a_change_helps = False

    def note(self, act: Callable[[], None], error: ProviderError | None = None) -> None:
        """Act, and keep account of who is trying it and whether anything could keep it open for ever."""
        before = self.breaker.state
        act()
        after = self.breaker.state
        if after is BreakerState.OPEN or (before is not BreakerState.CLOSED and after is BreakerState.CLOSED):
            self.trying.clear()
        if after is not BreakerState.OPEN:
            self.only_a_change_helps = False
        elif error is not None and not error.heals:
            self.only_a_change_helps = True

    @rule(target=trials, answer=answers, insist=st.booleans())
    def begin(self, answer: str, *, insist: bool) -> Trial:
        state, allowed = self.breaker.state, self.breaker.allows()
        others = [other for other in self.trying.values() if not (other and other == answer)]
        try:
            trial = self.breaker.begin(answer, insist=insist)
        except CircuitOpen:
            assert not insist
            assert not allowed
            assert state is BreakerState.OPEN or (state is BreakerState.HALF_OPEN and others)
            return Trial(lambda _: None)
        assert insist or state is not BreakerState.OPEN
        if state is BreakerState.HALF_OPEN and (allowed or not insist):
            assert insist or not others, "a stranger was let in"
            self.trying[trial] = answer
        return trial

    @rule(trial=consumes(trials))
    def succeed(self, trial: Trial) -> None:
        self.trying.pop(trial, None)
        self.note(trial.succeeded)

    @rule(trial=consumes(trials), error=errors)
    def fail(self, trial: Trial, error: ProviderError) -> None:
        self.trying.pop(trial, None)
        self.note(lambda: trial.failed(error), error)

    @rule(trial=consumes(trials))
    def abandon(self, trial: Trial) -> None:
        self.trying.pop(trial, None)
        before = self.breaker.state
        trial.abandoned()
        assert self.breaker.state is before

    @rule(waited_s=st.floats(0.0, 10.0))
    def lose_a_hedge(self, waited_s: float) -> None:
        self.note(lambda: self.breaker.late(waited_s))

    @rule(error=st.none() | errors)
    def probe(self, error: ProviderError | None) -> None:
        was_closed = self.breaker.state is BreakerState.CLOSED
        self.note(lambda: self.breaker.probed(error), error)
        assert was_closed or self.breaker.state is not BreakerState.CLOSED

    @rule(s=st.floats(0.0, 400.0), chance=st.floats(0.0, 1.0, exclude_max=True))
    def wait(self, s: float, chance: float) -> None:
        self.clock.time_s += s
        self.chance = chance

    @rule()
    def reset(self) -> None:
        self.note(self.breaker.reset)
        assert self.breaker.state is BreakerState.CLOSED

    @invariant()
    def the_pause_is_within_its_bounds(self) -> None:
        left_s = self.breaker.retry_in_s
        assert (left_s > 0.0) is (self.breaker.state is BreakerState.OPEN)
        assert self.only_a_change_helps or left_s <= LONGEST_ASKED_S + ROUNDING_S

    @invariant()
    def what_heals_can_be_tried_again(self) -> None:
        if self.breaker.retry_in_s == inf:
            return
        now = self.clock.time_s
        self.clock.time_s += self.breaker.retry_in_s + ROUNDING_S
        assert self.breaker.state is not BreakerState.OPEN
        self.clock.time_s = now

    @invariant()
    def at_most_one_answer_tries_it(self) -> None:
        tells = [answer for answer in self.trying.values() if answer]
        assert len(set(tells)) <= 1
        assert len(self.trying) <= 1 or len(tells) == len(self.trying)

    def teardown(self) -> None:
        """Whatever has happened, a house that insists gets its voice back."""
        self.breaker.begin("last", insist=True).succeeded()
        assert self.breaker.state is BreakerState.CLOSED


TestAnyLife = AnyLife.TestCase
TestAnyLife.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
