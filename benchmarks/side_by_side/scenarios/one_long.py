"""One room has a text of 5,000 characters spoken while others ask for a sentence now and then."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from benchmarks.measure import Summary
from benchmarks.report import Figure, Report
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.in_turn import in_turn
from benchmarks.side_by_side.lineup import OURS, Lineup, warm
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.texts import answer_of, sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.side_by_side.effort import Effort
    from benchmarks.side_by_side.heard import Heard

HEADER = (
    "first audio of 80 characters in other rooms",
    "n",
    "median ms",
    "p95 ms",
    "p95 to idle",
    "dry answers",
    "long text: worst dry ms",
)
LONG_CHARS, CHARS = 5000, 80
BEGIN_S, EVERY_S, OTHERS = 0.2, 1.2, 10
"""Each other room's answer is usually over before the next one asks."""
ROUNDS = 6
LIMIT = 1.5


async def one_long(lineup: Lineup, effort: Effort) -> Outcome:
    rows: list[Sequence[str]] = []
    figures: list[Figure] = []
    async with AsyncExitStack() as stack:
        contenders = [await stack.enter_async_context(one) for one in (lineup.ours(), lineup.peer())]
        await warm(contenders)
        chars, others = effort.of(LONG_CHARS, 1200), effort.of(OTHERS, 4)
        rounds = [calls for number in range(effort.of(ROUNDS, 1)) for calls in _calls(number, chars, others)]
        heard = await in_turn(contenders, rounds)
    for name, all_ in heard.items():
        idle = [one for answers in all_[::2] for one in answers]
        beside = [one for long, *others in all_[1::2] for one in others if one.began_s < long.ended_s]
        longs = [long for long, *_ in all_[1::2]]
        if not beside and name != OURS:
            continue  # a voice that is so quick gives nothing to compare with
        still, busy = (Summary.of([one.first_audio_s for one in some]) for some in (idle, beside))
        ratio = busy.p95 / still.p95
        rows.append(_row(f"idle: {name}", still, "", idle, []))
        rows.append(_row(f"beside it: {name}", busy, f"{ratio:.2f}", beside, longs))
        if name == OURS:
            figures = [
                Figure("other rooms' first audio p95, to idle", ratio, LIMIT, "times"),
                Figure("long text: underruns", sum(long.underruns() for long in longs), 0, "underruns"),
            ]
    return Outcome(Report("side_by_side one_long", HEADER, rows, figures))


def _calls(seed: int, chars: int, others: int) -> tuple[list[Call], list[Call]]:
    """Return other rooms' calls alone, and the same moments beside a long text; those after its end are left out."""
    rng = random.Random(seed)
    moments = [BEGIN_S + EVERY_S * (number + rng.random() / 2) for number in range(others)]
    idle, beside = (
        [Call(sentence_of(CHARS, seed=f"{seed}/{at_s}/{state}"), at_s=at_s) for at_s in moments]
        for state in ("idle", "beside")
    )
    return idle, [Call(answer_of(chars, seed=seed)), *beside]


def _row(what: str, found: Summary, ratio: str, others: Sequence[Heard], longs: Sequence[Heard]) -> Sequence[str]:
    _, median_ms, p95_ms, *_ = found.in_ms()
    return (
        what,
        str(found.count),
        median_ms,
        p95_ms,
        ratio,
        str(sum(one.underruns() > 0 for one in others)),
        f"{max(long.dry_s() for long in longs) * 1e3:.0f}" if longs else "",
    )
