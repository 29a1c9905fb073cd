"""How a server treats the next one who comes: one who asks for the list of voices, and one after somebody who left."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from benchmarks.client import Client
from benchmarks.measure import IN_MS, Summary
from benchmarks.report import Report
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.lineup import OURS, PEER, Lineup, warm
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.texts import answer_of, sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.side_by_side.contender import Contender
    from benchmarks.side_by_side.effort import Effort

HEADER = ("the next client", *IN_MS, "ratio of the medians")
LONG_CHARS, ROOMS, CHARS = 2000, 4, 40
ASKS_EVERY_S = 0.1


async def manners(lineup: Lineup, effort: Effort) -> Outcome:
    found: dict[str, dict[str, list[float]]] = {}
    async with AsyncExitStack() as stack:
        contenders = [await stack.enter_async_context(one) for one in (lineup.ours(), lineup.peer())]
        await warm(contenders)
        listed = f"list of voices while {ROOMS} rooms hear {LONG_CHARS:,} characters"
        left = f"first audio of {CHARS} characters after somebody left"
        chars = effort.of(LONG_CHARS, 300)
        found[listed] = {one.name: await _lists_s(one, chars) for one in contenders}
        seeds = range(effort.of(20))
        found[left] = {one.name: [await _after_leaving_s(one, seed) for seed in seeds] for one in contenders}
    rows: list[Sequence[str]] = []
    for what, times in found.items():
        all_ = {name: Summary.of(its) for name, its in times.items()}
        ratio = f"{all_[OURS].median / all_[PEER].median:.3f}"
        rows += [(f"{what}: {name}", *its.in_ms(), ratio if name == OURS else "") for name, its in all_.items()]
    return Outcome(Report("side_by_side manners", HEADER, rows, []))


async def _lists_s(contender: Contender, chars: int) -> list[float]:
    """Ask for the list again and again while it speaks."""
    calls = [Call(answer_of(chars, seed=room)) for room in range(ROOMS)]
    times = []
    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(contender.hear(*calls))
        while not speaking.done():
            await asyncio.wait([speaking], timeout=ASKS_EVERY_S)
            times.append(await Client(contender.port).describe_s())
    return times


async def _after_leaving_s(contender: Contender, seed: int) -> float:
    await contender.hear(Call(answer_of(LONG_CHARS, seed=f"left/{seed}"), leaves=True))
    return (await contender.hear_text(sentence_of(CHARS, seed=f"next/{seed}"))).first_audio_s
