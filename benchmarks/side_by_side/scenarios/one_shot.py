"""One text at a time, in one piece."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.measure import Summary
from benchmarks.report import Figure, Report
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.in_turn import in_turn
from benchmarks.side_by_side.lineup import MEMORY, OURS, PEER, Lineup, warm
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.side_by_side.pairs import Pairs
from benchmarks.side_by_side.same_audio import same_audio
from benchmarks.texts import answer_of, sentence_of, sentences_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.side_by_side.effort import Effort
    from benchmarks.side_by_side.heard import Heard

HEADER = (
    "text in one piece",
    "n",
    "first audio ms",
    "p95 ms",
    "spread ms",
    "ratio (quartiles)",
    "total ms",
    "ratio (quartiles)",
    "audio s",
    "underruns",
    "worst dry ms",
)


@dataclass(frozen=True, slots=True)
class Case:
    what: str
    text: Callable[[int], str]
    rounds: int
    first_limit: float
    """Of the peer's first audio."""
    total_limit: float | None = None
    """Of the peer's total time."""


LONG = "2,000 characters"
CASES = (
    Case("40 characters", lambda seed: sentence_of(40, seed=seed), 30, 0.45),
    Case("200 characters, one sentence", lambda seed: sentence_of(200, seed=seed), 30, 0.25, 1.15),
    Case("200 characters, three sentences", lambda seed: sentences_of(3, 200, seed=seed), 30, 0.35),
    Case(LONG, lambda seed: answer_of(2000, seed=seed), 10, 0.35, 1.0),
)


async def one_shot(lineup: Lineup, effort: Effort) -> Outcome:
    rows: list[Sequence[str]] = []
    figures: list[Figure] = []
    first_audio_s: dict[str, Mapping[str, Sequence[float]]] = {}
    long_answers: dict[str, Heard] = {}
    async with AsyncExitStack() as stack:
        contenders = [await stack.enter_async_context(one) for one in lineup.everybody()]
        await warm(contenders)
        for case in CASES:
            texts = [case.text(number) for number in range(effort.of(case.rounds, 1 if case.what == LONG else 2))]
            heard = await in_turn(contenders, [[Call(text)] for text in texts])
            answers = {name: [answer for (answer,) in rounds] for name, rounds in heard.items()}
            rows += [_row(case, name, answers) for name in answers]
            figures += _figures(case, answers[OURS], answers[PEER])
            first_audio_s[case.what] = {name: [one.first_audio_s for one in all_] for name, all_ in answers.items()}
            if case.what == LONG:
                long_answers = {name: all_[-1] for name, all_ in answers.items() if name != MEMORY}
    return Outcome(Report("side_by_side one_shot", HEADER, rows, figures), first_audio_s, long_answers)


def _row(case: Case, name: str, answers: Mapping[str, Sequence[Heard]]) -> Sequence[str]:
    its = answers[name]
    _, median_ms, p95_ms, spread_ms, _ = Summary.of([one.first_audio_s for one in its]).in_ms()
    first, total = _ratios(its, answers[PEER])
    memory = name == MEMORY
    compared = name != PEER and not memory
    return (
        f"{case.what}: {name}",
        str(len(its)),
        *(median_ms, p95_ms, spread_ms, str(first) if compared else ""),
        "" if memory else f"{median(one.ended_s for one in its) * 1e3:.0f}",
        str(total) if compared else "",
        "" if memory else f"{median(one.audio_s for one in its):.1f}",
        str(sum(one.underruns() for one in its)),
        f"{max(one.dry_s() for one in its) * 1e3:.0f}",
    )


def _ratios(ours: Sequence[Heard], theirs: Sequence[Heard]) -> tuple[Pairs, Pairs]:
    return (
        Pairs.of([one.first_audio_s for one in ours], [one.first_audio_s for one in theirs]),
        Pairs.of([one.ended_s for one in ours], [one.ended_s for one in theirs]),
    )


def _figures(case: Case, ours: Sequence[Heard], theirs: Sequence[Heard]) -> list[Figure]:
    first, total = _ratios(ours, theirs)
    figures = [Figure(f"{case.what}: first audio to the peer's", first.median, case.first_limit, "times")]
    if case.total_limit is not None:
        figures.append(Figure(f"{case.what}: total time to the peer's", total.median, case.total_limit, "times"))
    return [
        *figures,
        Figure(f"{case.what}: underruns", sum(one.underruns() for one in ours), 0, "underruns"),
        same_audio(case.what, ours, theirs),
    ]
