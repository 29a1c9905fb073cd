"""How long a provider is left alone after a failure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from wyoming_tts.errors import QuotaExhausted

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.errors import ProviderError

FIRST_S = 30.0
"""A server that is restarted is back within it."""
LONGEST_S = 300.0
"""Somebody who has mended it sees it used again within five minutes."""
LONGEST_ASKED_S = 3600.0
"""A provider that asks for more is tried after an hour: a wrong clock of its must not silence it for days."""
QUOTA_S = 3600.0
"""Credit comes back by the owner's hand or with a new month; asking once an hour costs one quick refusal."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Why and how long a circuit is open."""

    code: str
    reason: str
    """A sentence, safe to show."""
    length_s: float
    """Infinite where only a change helps."""
    probe_ends_it: bool
    """A probe that succeeds is worth an attempt before the time is over."""

    @classmethod
    def after(cls, error: ProviderError, earlier: int, random: Callable[[], float]) -> Pause:
        """Return the pause after `error`, with `earlier` pauses and no success before it."""
        return cls(error.code, str(error), _length_s(error, earlier, random), _is_seen_by_probes(error))


def _length_s(error: ProviderError, earlier: int, random: Callable[[], float]) -> float:
    if error.retry_after_s is not None:
        asked_s = max(0.0, error.retry_after_s)
        return min(asked_s, LONGEST_ASKED_S) if error.heals else asked_s
    if not error.heals:
        return QUOTA_S if isinstance(error, QuotaExhausted) else inf
    # Random, so that all who were refused together do not come back together. Half of it is certain: a pause that
    # may be as good as nothing would send the next listener straight into the same failure.
    return (0.5 + 0.5 * random()) * min(LONGEST_S, FIRST_S * 2.0 ** min(earlier, 16))


def _is_seen_by_probes(error: ProviderError) -> bool:
    """Whether a probe meets the same failure: it connects with the key, but speaks nothing and spends nothing."""
    return error.opens_at_once and error.retry_after_s is None and not isinstance(error, QuotaExhausted)
