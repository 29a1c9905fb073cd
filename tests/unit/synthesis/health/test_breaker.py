"""When a provider may be tried: every way from one state to another, on a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock
from wyoming_tts.errors import (
    BadAudio,
    BadCredentials,
    BudgetExhausted,
    CircuitOpen,
    ModelTooLarge,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.synthesis.health.breaker import BreakerState, CircuitBreaker

if TYPE_CHECKING:
    from collections.abc import Callable

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN

FIRST_S = 30.0
"""The first pause, where chance takes nothing from it."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breaker(clock: FakeClock) -> CircuitBreaker:
    return CircuitBreaker("a", clock, random=lambda: 1.0)


def timeout(retry_after_s: float | None = None) -> ProviderTimeout:
    return ProviderTimeout(provider="a", retry_after_s=retry_after_s)


def gone(retry_after_s: float | None = None) -> ProviderUnavailable:
    return ProviderUnavailable(provider="a", retry_after_s=retry_after_s)


def attempts(breaker: CircuitBreaker, outcomes: str) -> None:
    """Make an attempt after the other: `s`uccess, `f`ailure, `c`ancel."""
    for outcome in outcomes:
        trial = breaker.begin("answer")
        if outcome == "s":
            trial.succeeded()
        elif outcome == "f":
            trial.failed(timeout())
        else:
            trial.abandoned()


def opened(breaker: CircuitBreaker) -> None:
    attempts(breaker, "ff")
    assert breaker.state is OPEN


async def half_opened(breaker: CircuitBreaker, clock: FakeClock) -> None:
    opened(breaker)
    await clock.advance(FIRST_S)
    assert breaker.state is HALF_OPEN


def test_a_new_one_is_closed(breaker: CircuitBreaker) -> None:
    assert (breaker.state, breaker.retry_in_s, breaker.reason, breaker.allows()) == (CLOSED, 0.0, "", True)
    assert list(breaker.history) == []


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("f", CLOSED),
        ("fsf", CLOSED),
        ("fcf", OPEN),
        ("ff", OPEN),
        ("fsfsf", CLOSED),
        ("fsfsfs", CLOSED),
        ("sfsfsf", OPEN),
        ("fsfsfsf", OPEN),
        ("sssssfsfsf", CLOSED),
        ("sfsfssfssf", CLOSED),
        ("ssssssfsfsfsf", CLOSED),
        ("ssssssfsfsfsfsf", OPEN),
    ],
)
def test_two_failures_in_a_row_or_half_of_at_least_six_open_it(
    breaker: CircuitBreaker, outcomes: str, state: BreakerState
) -> None:
    attempts(breaker, outcomes)
    assert breaker.state is state


async def test_a_failure_of_yesterday_counts_as_one_of_just_now(breaker: CircuitBreaker, clock: FakeClock) -> None:
    attempts(breaker, "f")
    await clock.advance(86_400.0)
    attempts(breaker, "f")
    assert breaker.state is OPEN


@pytest.mark.parametrize("kind", [ProviderUnavailable, BadCredentials, QuotaExhausted])
def test_what_leaves_no_doubt_opens_it_at_once(breaker: CircuitBreaker, kind: type[ProviderError]) -> None:
    breaker.begin("x").failed(kind(provider="a"))
    assert breaker.state is OPEN
    assert breaker.reason == str(kind(provider="a"))
    assert not breaker.allows()


@pytest.mark.parametrize("kind", [UtteranceRejected, ModelTooLarge, BudgetExhausted, CircuitOpen])
async def test_what_is_not_the_provider_s_fault_counts_as_nothing(
    breaker: CircuitBreaker, clock: FakeClock, kind: type[ProviderError]
) -> None:
    for _ in range(20):
        breaker.begin("x").failed(kind(provider="a"))
    attempts(breaker, "f")
    breaker.begin("x").failed(kind(provider="a"))
    assert breaker.state is CLOSED
    attempts(breaker, "f")
    await clock.advance(FIRST_S)
    breaker.begin("x").failed(kind(provider="a"))
    assert breaker.state is HALF_OPEN
    assert breaker.allows()


async def test_while_open_nobody_passes_and_each_is_told_how_long(breaker: CircuitBreaker, clock: FakeClock) -> None:
    opened(breaker)
    await clock.advance(10.0)
    assert breaker.retry_in_s == 20.0
    with pytest.raises(CircuitOpen) as refused:
        breaker.begin("x")
    assert refused.value.retry_after_s == 20.0
    await clock.advance(19.9)
    assert breaker.state is OPEN
    await clock.advance(0.2)
    assert (breaker.state, breaker.retry_in_s, breaker.allows()) == (HALF_OPEN, 0.0, True)


@pytest.mark.parametrize("error", [timeout(7.0), RateLimited(provider="a", retry_after_s=7.0), gone(7.0)])
def test_it_stays_open_for_as_long_as_the_provider_said(breaker: CircuitBreaker, error: ProviderError) -> None:
    attempts(breaker, "f")
    breaker.begin("x").failed(error)
    assert breaker.retry_in_s == 7.0


def test_a_refused_key_keeps_it_open_for_ever(breaker: CircuitBreaker) -> None:
    breaker.begin("x").failed(BadCredentials(provider="a"))
    assert (breaker.state, breaker.retry_in_s) == (OPEN, inf)
    with pytest.raises(CircuitOpen) as refused:
        breaker.begin("x")
    assert refused.value.retry_after_s is None


async def test_a_success_in_half_open_closes_it_and_begins_anew(breaker: CircuitBreaker, clock: FakeClock) -> None:
    await half_opened(breaker, clock)
    attempts(breaker, "s")
    assert (breaker.state, breaker.reason) == (CLOSED, "")
    attempts(breaker, "f")
    assert breaker.state is CLOSED
    attempts(breaker, "f")
    assert breaker.retry_in_s == FIRST_S


async def test_a_failure_in_half_open_opens_it_for_twice_as_long(breaker: CircuitBreaker, clock: FakeClock) -> None:
    await half_opened(breaker, clock)
    for pause_s in (60.0, 120.0, 240.0, 300.0, 300.0):
        attempts(breaker, "f")
        assert breaker.retry_in_s == pause_s
        await clock.advance(pause_s)
        assert breaker.state is HALF_OPEN


async def test_in_half_open_one_answer_passes_with_all_its_utterances(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await half_opened(breaker, clock)
    first = breaker.begin("x")
    assert not breaker.allows()
    with pytest.raises(CircuitOpen) as refused:
        breaker.begin("y")
    assert refused.value.retry_after_s is None
    second = breaker.begin("x")
    first.succeeded()
    assert breaker.state is CLOSED
    breaker.begin("y")
    second.failed(timeout())
    assert breaker.state is CLOSED, "an ordinary failure by now"


async def test_utterances_of_nobody_do_not_share_the_place(breaker: CircuitBreaker, clock: FakeClock) -> None:
    await half_opened(breaker, clock)
    breaker.begin("")
    with pytest.raises(CircuitOpen):
        breaker.begin("")


async def test_after_its_trial_failed_an_answer_s_next_utterance_is_refused(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await half_opened(breaker, clock)
    first, second = breaker.begin("x"), breaker.begin("x")
    first.failed(timeout())
    with pytest.raises(CircuitOpen):
        breaker.begin("x")
    second.failed(timeout())
    assert breaker.retry_in_s == 60.0, "one trial, one longer pause"


async def test_an_abandoned_trial_gives_its_place_back(breaker: CircuitBreaker, clock: FakeClock) -> None:
    await half_opened(breaker, clock)
    first, second = breaker.begin("x"), breaker.begin("x")
    first.abandoned()
    assert not breaker.allows(), "the answer still tries it"
    second.abandoned()
    assert (breaker.state, breaker.allows()) == (HALF_OPEN, True)
    breaker.begin("y").succeeded()
    assert breaker.state is CLOSED


async def test_a_trial_that_ends_after_a_new_pause_takes_nobody_s_place(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await half_opened(breaker, clock)
    first, second = breaker.begin("x"), breaker.begin("x")
    first.failed(timeout())
    await clock.advance(60.0)
    breaker.begin("y")
    second.abandoned()
    assert not breaker.allows()


def test_only_the_first_word_of_a_trial_counts(breaker: CircuitBreaker) -> None:
    trial = breaker.begin("x")
    trial.succeeded()
    trial.failed(gone())
    trial.abandoned()
    assert breaker.state is CLOSED
    trial = breaker.begin("x")
    trial.abandoned()
    trial.failed(gone())
    assert breaker.state is CLOSED


async def test_several_that_fail_together_pause_it_once(breaker: CircuitBreaker, clock: FakeClock) -> None:
    trials = [breaker.begin(str(number)) for number in range(5)]
    for trial in trials:
        trial.failed(gone())
    assert breaker.retry_in_s == FIRST_S
    await clock.advance(FIRST_S)
    attempts(breaker, "f")
    assert breaker.retry_in_s == 60.0


@pytest.mark.parametrize("after_s", [0.0, FIRST_S])
async def test_what_began_in_better_times_says_nothing_about_now(
    breaker: CircuitBreaker, clock: FakeClock, after_s: float
) -> None:
    good, bad = breaker.begin("x"), breaker.begin("y")
    opened(breaker)
    await clock.advance(after_s)
    state = breaker.state
    good.succeeded()
    bad.failed(gone())
    assert breaker.state is state
    assert breaker.retry_in_s == FIRST_S - after_s


def test_an_old_failure_does_not_open_what_was_closed_since(breaker: CircuitBreaker) -> None:
    old = breaker.begin("x")
    opened(breaker)
    breaker.reset()
    old.failed(gone())
    assert breaker.state is CLOSED


def test_who_insists_passes_and_its_success_closes_the_circuit(breaker: CircuitBreaker) -> None:
    breaker.begin("x").failed(BadCredentials(provider="a"))
    breaker.begin("x", insist=True).succeeded()
    assert breaker.state is CLOSED


def test_who_insists_in_vain_makes_the_pause_longer_and_never_shorter(breaker: CircuitBreaker) -> None:
    opened(breaker)
    one, other = breaker.begin("x", insist=True), breaker.begin("y", insist=True)
    one.failed(timeout())
    assert breaker.retry_in_s == 60.0
    other.failed(timeout())
    assert breaker.retry_in_s == 60.0, "both at once"
    breaker.begin("x", insist=True).failed(timeout(1.0))
    assert breaker.retry_in_s == 60.0


async def test_who_insists_passes_beside_the_one_that_tries_it(breaker: CircuitBreaker, clock: FakeClock) -> None:
    await half_opened(breaker, clock)
    trial = breaker.begin("x")
    insisting = breaker.begin("y", insist=True)
    with pytest.raises(CircuitOpen):
        breaker.begin("z")
    insisting.abandoned()
    with pytest.raises(CircuitOpen):
        breaker.begin("z")
    trial.succeeded()
    assert breaker.state is CLOSED


async def test_being_late_is_a_failure_and_a_time_that_was_longer(breaker: CircuitBreaker, clock: FakeClock) -> None:
    breaker.late(1.5)
    assert breaker.state is CLOSED
    assert breaker.first_audio.longest() == 1.5
    breaker.late(2.5)
    assert breaker.state is OPEN
    assert breaker.history[-1].code == "provider-timeout"
    assert breaker.reason == "a was too slow (nothing within 2.5 s)"
    breaker.late(3.5)
    assert breaker.retry_in_s == FIRST_S, "it was under way with the others"
    await clock.advance(FIRST_S)
    breaker.late(4.5)
    assert breaker.retry_in_s == 60.0
    assert breaker.first_audio.longest() == 4.5


@pytest.mark.parametrize("kind", [ProviderUnavailable, BadCredentials, QuotaExhausted])
def test_a_probe_opens_it_before_a_listener_notices(breaker: CircuitBreaker, kind: type[ProviderError]) -> None:
    breaker.probed(kind(provider="a"))
    assert breaker.state is OPEN


def test_of_doubtful_probes_it_takes_two_in_a_row(breaker: CircuitBreaker) -> None:
    breaker.probed(timeout())
    breaker.probed(None)
    breaker.probed(timeout())
    attempts(breaker, "s")
    breaker.probed(timeout())
    assert breaker.state is CLOSED
    breaker.probed(timeout())
    assert breaker.state is OPEN


def test_a_probe_that_met_a_limit_of_our_own_means_nothing(breaker: CircuitBreaker) -> None:
    for _ in range(5):
        breaker.probed(BudgetExhausted(provider="a"))
    assert breaker.state is CLOSED


@pytest.mark.parametrize("error", [gone(), BadCredentials(provider="a")])
def test_a_good_probe_lets_one_answer_try_and_closes_nothing(breaker: CircuitBreaker, error: ProviderError) -> None:
    breaker.begin("x").failed(error)
    breaker.probed(None)
    assert (breaker.state, breaker.retry_in_s) == (HALF_OPEN, 0.0)
    for _ in range(5):
        breaker.probed(None)
    assert breaker.state is HALF_OPEN
    attempts(breaker, "s")
    assert breaker.state is CLOSED
    breaker.probed(None)
    assert breaker.state is CLOSED


@pytest.mark.parametrize("error", [timeout(), QuotaExhausted(provider="a"), gone(100.0), SpeechCutOff(provider="a")])
def test_a_probe_cannot_end_what_it_has_not_seen_and_can_what_it_has(
    breaker: CircuitBreaker, error: ProviderError
) -> None:
    attempts(breaker, "f")
    breaker.begin("x").failed(error)
    breaker.probed(None)
    assert breaker.state is OPEN
    breaker.probed(timeout())
    assert breaker.state is OPEN
    breaker.probed(None)
    assert breaker.state is HALF_OPEN


async def test_a_bad_probe_in_half_open_spares_the_listener_the_trial(
    breaker: CircuitBreaker, clock: FakeClock
) -> None:
    await half_opened(breaker, clock)
    breaker.probed(gone())
    assert (breaker.state, breaker.retry_in_s) == (OPEN, 60.0)


async def test_a_bad_probe_does_not_speak_for_a_trial_under_way(breaker: CircuitBreaker, clock: FakeClock) -> None:
    await half_opened(breaker, clock)
    trial = breaker.begin("x")
    breaker.probed(gone())
    assert breaker.state is HALF_OPEN
    trial.succeeded()
    assert breaker.state is CLOSED


def test_bad_probes_of_an_open_one_do_not_prolong_its_pause(breaker: CircuitBreaker) -> None:
    opened(breaker)
    for _ in range(5):
        breaker.probed(gone())
    assert breaker.retry_in_s == FIRST_S


def test_it_can_be_closed_by_hand(breaker: CircuitBreaker) -> None:
    breaker.reset()
    assert list(breaker.history) == []
    breaker.begin("x").failed(BadCredentials(provider="a"))
    breaker.reset()
    assert (breaker.state, breaker.retry_in_s, breaker.reason) == (CLOSED, 0.0, "")
    attempts(breaker, "f")
    assert breaker.state is CLOSED
    assert breaker.history[-1].code == "reset"


async def test_its_past_can_be_read(breaker: CircuitBreaker, clock: FakeClock) -> None:
    before = datetime.now(UTC)
    await half_opened(breaker, clock)
    attempts(breaker, "f")
    await clock.advance(60.0)
    attempts(breaker, "s")
    breaker.probed(gone())
    breaker.probed(None)
    assert [(change.state.value, change.code) for change in breaker.history] == [
        ("open", "provider-timeout"),
        ("half-open", ""),
        ("open", "provider-timeout"),
        ("half-open", ""),
        ("closed", ""),
        ("open", "provider-unavailable"),
        ("half-open", "probe"),
    ]
    assert all(before <= change.at <= datetime.now(UTC) for change in breaker.history)
    for _ in range(100):
        breaker.reset()
        breaker.probed(gone())
    assert len(breaker.history) == 50


def gives_way(breaker: CircuitBreaker) -> None:
    breaker.begin("x").failed(BadAudio("secret-free", provider="a"))


@pytest.mark.parametrize("back", [lambda breaker: attempts(breaker, "s"), CircuitBreaker.reset])
async def test_it_is_logged_once_when_it_goes_and_once_when_it_is_back(
    breaker: CircuitBreaker, clock: FakeClock, back: Callable[[CircuitBreaker], Any]
) -> None:
    with capture_logs() as logs:
        gives_way(breaker)
        gives_way(breaker)
        for _ in range(4):
            await clock.advance(300.0)
            gives_way(breaker)
        await clock.advance(300.0)
        back(breaker)
    assert logs == [
        {
            "event": "provider is paused",
            "log_level": "warning",
            "provider": "a",
            "code": "bad-audio",
            "retry_in_s": 30.0,
        },
        {"event": "provider is back", "log_level": "info", "provider": "a"},
    ]


def test_a_pause_without_end_is_logged_without_a_figure(breaker: CircuitBreaker) -> None:
    with capture_logs() as logs:
        breaker.probed(BadCredentials(provider="a"))
    assert logs[0]["retry_in_s"] is None


def test_chance_is_taken_from_the_outside_and_from_the_machine(clock: FakeClock) -> None:
    breaker = CircuitBreaker("a", clock)
    breaker.probed(gone())
    assert 15.0 <= breaker.retry_in_s <= 30.0
