"""An adapter inside all its wrappers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.synthesis.wrappers.admitted import Admitted
from wyoming_tts.synthesis.wrappers.cached import Cached
from wyoming_tts.synthesis.wrappers.coalesced import Coalesced
from wyoming_tts.synthesis.wrappers.gated import Completeness, Gated
from wyoming_tts.synthesis.wrappers.guarded import Guarded
from wyoming_tts.synthesis.wrappers.levelled import Levelled
from wyoming_tts.synthesis.wrappers.metered import Metered
from wyoming_tts.synthesis.wrappers.retried import Retried
from wyoming_tts.synthesis.wrappers.timed import Timed

if TYPE_CHECKING:
    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.store.budget import Budget
    from wyoming_tts.store.ledger import Ledger
    from wyoming_tts.synthesis.admission import Admission
    from wyoming_tts.synthesis.health.breaker import CircuitBreaker
    from wyoming_tts.synthesis.kept_speech import KeptSpeech
    from wyoming_tts.synthesis.loudness.level_book import LevelBook
    from wyoming_tts.synthesis.provider import Synthesizes
    from wyoming_tts.telemetry.clock import Clock


@dataclass(frozen=True, slots=True)
class Shared:
    """What the wrappers of all providers share."""

    clock: Clock
    gap_s: float
    completeness: Completeness
    ledger: Ledger
    levels: LevelBook


def stacked(
    adapter: Adapter,
    breaker: CircuitBreaker,
    admission: Admission,
    budget: Budget,
    shared: Shared,
    kept: KeptSpeech | None = None,
) -> Synthesizes:
    """Return the adapter inside its wrappers; each judges what those further in make of an utterance.

    The level is set last, so that what is judged, and kept, is the provider's own audio. What was kept is heard again
    whatever the breaker says, since the provider is not asked. Equal utterances at the same time are one from there on,
    which takes one place, and fails or succeeds once. The breaker sees everything that goes wrong behind it. Time is
    counted from when there was a place, over all tries, and only sound that has passed the gate counts as sound. Each
    try is paid for.
    """
    metered = Metered(adapter, budget=budget, ledger=shared.ledger)
    retried = Retried(metered, provider=adapter.name, clock=shared.clock)
    every_word = adapter.capabilities.marks
    gated = Gated(retried, provider=adapter.name, completeness=shared.completeness, marks_every_word=every_word)
    timed = Timed(gated, provider=adapter.name, gap_s=shared.gap_s)
    guarded = Guarded(Admitted(timed, admission), adapter, breaker, admission, shared.clock)
    coalesced = Coalesced(guarded, adapter)
    cached = coalesced if kept is None else Cached(coalesced, kept)
    return Levelled(cached, adapter, shared.levels)
