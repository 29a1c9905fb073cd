"""How long a failure pauses a provider."""

from math import inf

import pytest

from wyoming_tts.errors import (
    BadCredentials,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
)
from wyoming_tts.synthesis.health.pause import Pause


def length_s(error: ProviderError, earlier: int = 0, chance: float = 1.0) -> float:
    return Pause.after(error, earlier, lambda: chance).length_s


def test_it_doubles_from_half_a_minute_to_five() -> None:
    timeout = ProviderTimeout(provider="a")
    assert [length_s(timeout, earlier) for earlier in (0, 1, 2, 3, 4, 5, 5000)] == [30, 60, 120, 240, 300, 300, 300]


@pytest.mark.parametrize(("chance", "expected_s"), [(0.0, 30.0), (0.5, 45.0), (1.0, 60.0)])
def test_chance_takes_up_to_half_of_it(chance: float, expected_s: float) -> None:
    assert length_s(ProviderTimeout(provider="a"), 1, chance) == expected_s


@pytest.mark.parametrize(
    ("kind", "asked_s", "expected_s"),
    [
        (RateLimited, 7.5, 7.5),
        (RateLimited, 0.0, 0.0),
        (RateLimited, -3.0, 0.0),
        (RateLimited, 3600.0, 3600.0),
        (RateLimited, 86_400.0, 3600.0),
        (RateLimited, inf, 3600.0),
        (QuotaExhausted, 86_400.0, 86_400.0),
        (QuotaExhausted, None, 3600.0),
        (BadCredentials, 60.0, 60.0),
        (BadCredentials, None, inf),
    ],
)
@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_what_the_provider_says_is_kept_to_exactly(
    kind: type[ProviderError], asked_s: float | None, expected_s: float, chance: float
) -> None:
    assert length_s(kind(provider="a", retry_after_s=asked_s), 3, chance) == expected_s


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (ProviderUnavailable(provider="a"), True),
        (BadCredentials(provider="a"), True),
        (ProviderUnavailable(provider="a", retry_after_s=60.0), False),
        (QuotaExhausted(provider="a"), False),
        (ProviderTimeout(provider="a"), False),
    ],
)
def test_a_probe_ends_only_what_a_probe_would_have_met(error: ProviderError, *, seen: bool) -> None:
    assert Pause.after(error, 0, lambda: 0.5).probe_ends_it is seen


def test_it_says_why() -> None:
    pause = Pause.after(ProviderUnavailable("refused", provider="a"), 0, lambda: 0.5)
    assert (pause.code, pause.reason) == ("provider-unavailable", "a is not available (refused)")
