"""From the start of the process to the first client, and to the first audio of one that asks at once."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.measure import IN_MS, Summary
from benchmarks.report import Report
from benchmarks.side_by_side.lineup import OURS, PEER, Lineup
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.side_by_side.pairs import Pairs
from benchmarks.texts import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from benchmarks.side_by_side.contender import Contender
    from benchmarks.side_by_side.effort import Effort

HEADER = ("process start to", *IN_MS, "ratio (quartiles)")
CHARS = 40
ROUNDS = 6


async def starting(lineup: Lineup, effort: Effort) -> Outcome:
    """Start them in turn, with the same data each time; the very first start stands by itself."""
    starts: dict[str, Callable[..., AbstractAsyncContextManager[Contender]]] = {OURS: lineup.ours, PEER: lineup.peer}
    homes = {name: lineup.data_dir() for name in starts}
    accepting_s: dict[str, list[float]] = {name: [] for name in starts}
    audio_s: dict[str, list[float]] = {name: [] for name in starts}
    for number in range(1 + effort.of(ROUNDS)):
        for name in starts if number % 2 else reversed(starts):
            began = perf_counter()
            async with starts[name](home=homes[name]) as contender:
                accepting_s[name].append(perf_counter() - began)
                asked_s = perf_counter() - began
                audio_s[name].append(asked_s + (await contender.hear_text(sentence_of(CHARS))).first_audio_s)
    rows: list[Sequence[str]] = []
    for what, times in (("accepting", accepting_s), ("first audio", audio_s)):
        rows += [(f"{what}, the first time: {name}", *Summary.of(its[:1]).in_ms(), "") for name, its in times.items()]
        ratio = str(Pairs.of(times[OURS][1:], times[PEER][1:]))
        rows += [
            (f"{what}: {name}", *Summary.of(its[1:]).in_ms(), ratio if name == OURS else "")
            for name, its in times.items()
        ]
    return Outcome(Report("side_by_side starting", HEADER, rows, []))
