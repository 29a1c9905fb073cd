"""Many rooms that ask for different texts at the same moment."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.measure import percentile
from benchmarks.report import Figure, Report
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.in_turn import in_turn
from benchmarks.side_by_side.lineup import OURS, PEER, Lineup, warm
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.side_by_side.pairs import Pairs
from benchmarks.side_by_side.same_audio import same_audio
from benchmarks.texts import sentence_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.side_by_side.effort import Effort
    from benchmarks.side_by_side.heard import Heard

HEADER = (
    "200 characters each",
    "rounds",
    "first audio p50 ms",
    "ratio (quartiles)",
    "first audio p95 ms",
    "ratio (quartiles)",
    "audio s a second",
    "ratio (quartiles)",
    "dry answers",
    "worst dry ms",
    "failed",
)
CHARS = 200


@dataclass(frozen=True, slots=True)
class Size:
    """So many rooms, and what is promised of the peer's first audio there."""

    rooms: int
    rounds: int
    p50_limit: float | None = None
    p95_limit: float | None = None
    audio_limit: float | None = None
    """Of the peer's audio per second, at least."""


SIZES = (Size(1, 10), Size(8, 8, 0.08, 0.15), Size(32, 4, None, 0.25, 0.95))


@dataclass(frozen=True, slots=True)
class _Round:
    """What all rooms heard together."""

    answers: Sequence[Heard]

    def first_audio_s(self, share: float) -> float:
        return percentile([one.first_audio_s for one in self.answers if not one.error], share)

    @property
    def audio_per_s(self) -> float:
        return sum(one.audio_s for one in self.answers) / max(one.began_s + one.ended_s for one in self.answers)


async def crowd(lineup: Lineup, effort: Effort) -> Outcome:
    rows: list[Sequence[str]] = []
    figures: list[Figure] = []
    first_audio_s: dict[str, Mapping[str, Sequence[float]]] = {}
    async with AsyncExitStack() as stack:
        contenders = [await stack.enter_async_context(one) for one in lineup.servers()]
        await warm(contenders)
        for size in SIZES[: effort.of(3, 2)]:
            heard = await in_turn(
                contenders,
                [_calls(size.rooms, number) for number in range(effort.of(size.rounds, 1))],
                whole=False,
            )
            rounds = {name: [_Round(answers) for answers in all_] for name, all_ in heard.items()}
            compared = {name: _compare(its, rounds[PEER]) for name, its in rounds.items()}
            rows += [_row(size, name, its, compared[name]) for name, its in rounds.items()]
            figures += _figures(size, rounds[OURS], compared[OURS])
            figures.append(same_audio(_rooms(size), *(_together(rounds[name]) for name in (OURS, PEER))))
            first_audio_s[_rooms(size)] = {
                name: [one.first_audio_s for round_ in its for one in round_.answers if not one.error]
                for name, its in rounds.items()
            }
    return Outcome(Report("side_by_side crowd", HEADER, rows, figures), first_audio_s)


def _calls(rooms: int, seed: int) -> list[Call]:
    return [Call(sentence_of(CHARS, seed=f"{rooms}/{seed}/{room}")) for room in range(rooms)]


def _rooms(size: Size) -> str:
    return f"{size.rooms} rooms at once" if size.rooms > 1 else "1 room"


def _together(rounds: Sequence[_Round]) -> list[Heard]:
    return [answer for round_ in rounds for answer in round_.answers]


def _compare(ours: Sequence[_Round], theirs: Sequence[_Round]) -> tuple[Pairs, Pairs, Pairs]:
    """Return the ratios of p50, p95 and audio per second."""
    p50, p95 = (
        Pairs.of([one.first_audio_s(share) for one in ours], [one.first_audio_s(share) for one in theirs])
        for share in (0.5, 0.95)
    )
    return p50, p95, Pairs.of([one.audio_per_s for one in ours], [one.audio_per_s for one in theirs])


def _row(size: Size, name: str, its: Sequence[_Round], compared: tuple[Pairs, Pairs, Pairs]) -> Sequence[str]:
    p50, p95, audio = ("", "", "") if name == PEER else map(str, compared)
    answers = _together(its)
    return (
        f"{_rooms(size)}: {name}",
        str(len(its)),
        f"{median(one.first_audio_s(0.5) for one in its) * 1e3:.0f}",
        p50,
        f"{median(one.first_audio_s(0.95) for one in its) * 1e3:.0f}",
        p95,
        f"{median(one.audio_per_s for one in its):.1f}",
        audio,
        f"{sum(one.underruns() > 0 for one in answers if one.chunks)} of {len(answers)}",
        f"{max(one.dry_s() for one in answers if one.chunks) * 1e3:.0f}",
        str(sum(bool(one.error) for one in answers)),
    )


def _figures(size: Size, its: Sequence[_Round], compared: tuple[Pairs, Pairs, Pairs]) -> list[Figure]:
    p50, p95, audio = compared
    rooms = _rooms(size)
    failed = sum(bool(one.error) for one in _together(its))
    figures = [Figure(f"{rooms}: answers that failed", failed, 0, "answers")]
    if size.p50_limit is not None:
        figures.append(Figure(f"{rooms}: first audio p50 to the peer's", p50.median, size.p50_limit, "times"))
    if size.p95_limit is not None:
        figures.append(Figure(f"{rooms}: first audio p95 to the peer's", p95.median, size.p95_limit, "times"))
    if size.audio_limit is not None:
        what = f"{rooms}: audio per second to the peer's"
        figures.append(Figure(what, audio.median, size.audio_limit, "times", at_least=True))
    return figures
