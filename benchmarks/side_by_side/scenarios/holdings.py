"""What each server's processes hold of the memory: after the start, with voices, and while many rooms speak."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from benchmarks.measure import tree_pss, tree_rss
from benchmarks.report import Report
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.lineup import OURS, Lineup, further, warm
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.texts import sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from benchmarks.side_by_side.contender import Contender
    from benchmarks.side_by_side.effort import Effort

HEADER = ("memory of all processes, MB", "RSS", "PSS")
VOICES = 3
ROOMS, CHARS = 8, 200
SETTLES_S = 2.0
"""After a start or an answer; long enough for what is loaded ahead to be there."""
LOOK_EVERY_S = 0.1
MB = 1e6


async def holdings(lineup: Lineup, effort: Effort) -> Outcome:
    """Start each server for itself: pages that two processes share would count for half."""
    rows: list[Sequence[str]] = []
    starts: tuple[Callable[..., AbstractAsyncContextManager[Contender]], ...] = (lineup.ours, lineup.peer)
    for start in starts:
        home = lineup.data_dir(VOICES)
        async with start(home=home) as contender:
            rows += await _rows(contender, home[1], effort)
    return Outcome(Report("side_by_side holdings", HEADER, rows, []))


async def _rows(contender: Contender, voice: str, effort: Effort) -> list[Sequence[str]]:
    name, pid = contender.name, contender.pid
    await asyncio.sleep(SETTLES_S * effort.of(2, 1))
    rows = [_row(f"after the start: {name}", *_held(pid))]
    await warm([contender])
    await asyncio.sleep(SETTLES_S)
    one = _held(pid)
    rows.append(_row(f"one voice, has spoken: {name}", *one))
    rows.append(_row(f"{ROOMS} rooms speak, highest: {name}", await _highest(contender)))
    await asyncio.sleep(SETTLES_S)
    before = _held(pid)
    for number in range(1, VOICES):
        other = further(voice, number)
        await contender.callers.hear(
            contender.port, f"piper/{other}" if name == OURS else other, [Call(sentence_of(CHARS, seed=number))]
        )
    await asyncio.sleep(SETTLES_S)
    after = _held(pid)
    more = [(later - earlier) / (VOICES - 1) for earlier, later in zip(before, after, strict=True)]
    return [*rows, _row(f"{VOICES} voices have spoken: {name}", *after), _row(f"each further voice: {name}", *more)]


def _held(pid: int) -> tuple[float, float]:
    return tree_rss(pid), tree_pss(pid)


async def _highest(contender: Contender) -> float:
    """Return the most that was held at a moment while many rooms spoke."""
    highest = 0.0
    calls = [Call(sentence_of(CHARS, seed=f"room {room}")) for room in range(ROOMS)]
    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(contender.hear(*calls))
        while not speaking.done():
            highest = max(highest, tree_rss(contender.pid))
            await asyncio.wait([speaking], timeout=LOOK_EVERY_S)
    return highest


def _row(what: str, rss: float, pss: float | None = None) -> Sequence[str]:
    return (what, f"{rss / MB:.0f}", "" if pss is None else f"{pss / MB:.0f}")
