"""The same text again and again, and the same text in many rooms at the same moment; here the cache is on."""

from __future__ import annotations

from contextlib import AsyncExitStack
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.measure import IN_MS, Summary, tree_cpu_s
from benchmarks.report import Figure, Report
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.in_turn import in_turn
from benchmarks.side_by_side.lineup import MEMORY, OURS, PEER, Lineup, warm
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.side_by_side.pairs import Pairs
from benchmarks.texts import sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.side_by_side.contender import Contender
    from benchmarks.side_by_side.effort import Effort

HEADER = ("first audio of 40 characters", *IN_MS, "to the first time (quartiles)")
CACHED = "ours, cache on"
CHARS, TIMES = 40, 50
LIMIT_MS = 3.0
"""Above the server that has nothing but memory."""
AT_ONCE, AT_ONCE_CHARS = 10, 200
WORK_LIMIT = 1.5
"""Ten equal requests cost as much of the processor as one, and the writing of ten answers."""


async def repeated(lineup: Lineup, effort: Effort) -> Outcome:
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(lineup.ours(CACHED, cache=True))
        least = await stack.enter_async_context(lineup.memory())
        peer = await stack.enter_async_context(lineup.peer())
        await warm([ours, peer])
        calls = [[Call(sentence_of(CHARS, seed="again"))]] * effort.of(TIMES, 10)
        first_s = {one.name: (await one.hear_text(calls[0][0].text)).first_audio_s for one in (ours, peer, least)}
        heard = await in_turn([ours, peer, least], calls)
        times = {name: [answer.first_audio_s for (answer,) in all_] for name, all_ in heard.items()}
        figures = await _equal(ours, effort)
    rows: list[Sequence[str]] = [
        (name, *Summary.of(its).in_ms(), "" if name == MEMORY else str(Pairs.of(its, [first_s[name]] * len(its))))
        for name, its in times.items()
    ]
    above_ms = (median(times[CACHED]) - median(times[MEMORY])) * 1e3
    figures = [Figure("said again: median above the memory server's", above_ms, LIMIT_MS, "ms"), *figures]
    drawn = {OURS: times[CACHED], PEER: times[PEER], MEMORY: times[MEMORY]}
    return Outcome(Report("side_by_side repeated", HEADER, rows, figures), {"said again, cache on": drawn})


async def _equal(ours: Contender, effort: Effort) -> list[Figure]:
    """Ask ten times at once for what nobody has asked for yet, and compare the work with that of one.

    Two syntheses of one text differ in length: the duration of each sound is partly chance.
    """
    work, failed, lengths = [], 0, 0
    for number in range(effort.of(5)):
        spent_s = []
        for rooms in (1, AT_ONCE):
            before_s = tree_cpu_s(ours.pid)
            answers = await ours.hear(*[Call(sentence_of(AT_ONCE_CHARS, seed=f"{number}/{rooms}"))] * rooms)
            spent_s.append(tree_cpu_s(ours.pid) - before_s)
        work.append(spent_s[1] / spent_s[0])
        failed += sum(bool(one.error) for one in answers)
        lengths = max(lengths, len({round(one.audio_s, 6) for one in answers}))
    at_once = f"{AT_ONCE} equal requests at once"
    return [
        Figure(f"{at_once}: answers that failed", failed, 0, "answers"),
        Figure(f"{at_once}: different answers", lengths, 1, "lengths"),
        Figure(f"{at_once}: processor time, to that of one", median(work), WORK_LIMIT, "times"),
    ]
