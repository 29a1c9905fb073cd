"""Rooms that ask whenever they like: a share of what the server could do at most, at moments of chance."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.measure import percentile
from benchmarks.report import Figure, Report
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.lineup import OURS, PEER, Lineup, warm
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.side_by_side.same_audio import same_audio
from benchmarks.texts import sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.side_by_side.contender import Contender
    from benchmarks.side_by_side.effort import Effort
    from benchmarks.side_by_side.heard import Heard

HEADER = (
    "load of its own capacity",
    "answers",
    "a second",
    "first audio p50 ms",
    "p95 ms",
    "dry answers",
    "worst dry ms",
    "failed",
)
SHARES = (0.5, 0.79)
"""Promised is that nobody runs dry below 80 %."""
CHARS = 200
BURST, BURSTS = 12, 3
ANSWERS = 60


async def offered_load(lineup: Lineup, effort: Effort) -> Outcome:
    rows: list[Sequence[str]] = []
    figures: list[Figure] = []
    answers: dict[tuple[str, float], list[Heard]] = {}
    async with AsyncExitStack() as stack:
        contenders = [await stack.enter_async_context(one) for one in (lineup.ours(), lineup.peer())]
        await warm(contenders)
        for contender in contenders:
            capacity_per_s = await _capacity_per_s(contender, effort.of(BURSTS, 1))
            for share in SHARES:
                rate_per_s = share * capacity_per_s
                heard = await contender.hear(*poisson(effort.of(ANSWERS, 6), rate_per_s, seed=str(share)))
                answers[contender.name, share] = heard
                rows.append(_row(f"{share:.0%}: {contender.name}", rate_per_s, heard))
                if contender.name == OURS:
                    dry = sum(one.underruns() > 0 for one in heard if one.chunks)
                    failed = sum(bool(one.error) for one in heard)
                    figures.append(Figure(f"{share:.0%}: answers that ran dry or failed", dry + failed, 0, "answers"))
    figures += [same_audio(f"{share:.0%}", answers[OURS, share], answers[PEER, share]) for share in SHARES]
    return Outcome(Report("side_by_side offered_load", HEADER, rows, figures))


async def _capacity_per_s(contender: Contender, bursts: int) -> float:
    """Return how many answers a second it gives when it never waits for anybody."""
    found = []
    for number in range(bursts):
        calls = [Call(sentence_of(CHARS, seed=f"{number}/{room}")) for room in range(BURST)]
        heard = await contender.hear(*calls)
        found.append(len(calls) / max(one.began_s + one.ended_s for one in heard))
    return median(found)


def poisson(count: int, rate_per_s: float, *, seed: str) -> list[Call]:
    """Return so many calls of a Poisson process, given that so many fall into the time in which they are expected.

    Given their number, the moments of a Poisson process are uniform: so the load is what it is called, and not by
    chance more or less.
    """
    rng = random.Random(seed)
    moments = sorted(rng.uniform(0, count / rate_per_s) for _ in range(count))
    return [Call(sentence_of(CHARS, seed=f"{seed}/{number}"), at_s=at_s) for number, at_s in enumerate(moments)]


def _row(what: str, rate_per_s: float, heard: Sequence[Heard]) -> Sequence[str]:
    began = [one for one in heard if one.chunks]
    first_s = [one.first_audio_s for one in began]
    return (
        what,
        str(len(heard)),
        f"{rate_per_s:.2f}",
        *(f"{percentile(first_s, share) * 1e3:.0f}" for share in (0.5, 0.95)),
        str(sum(one.underruns() > 0 for one in began)),
        f"{max(one.dry_s() for one in began) * 1e3:.0f}",
        str(sum(bool(one.error) for one in heard)),
    )
