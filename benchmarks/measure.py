"""What every benchmark needs: statistics of timings, a plain table, and the memory of a tree of processes."""

from __future__ import annotations

import statistics
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of `values` lie, straight between neighbours."""
    if not values:
        raise ValueError("there is nothing to measure")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(frozen=True, slots=True)
class Summary:
    """Many measurements of one thing, in the unit they were given in."""

    count: int
    median: float
    p95: float
    spread: float
    """Between the quartiles: what the middle half differs by."""
    worst: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Summary:
        return cls(
            count=len(values),
            median=statistics.median(values),
            p95=percentile(values, 0.95),
            spread=percentile(values, 0.75) - percentile(values, 0.25),
            worst=max(values),
        )

    def in_ms(self) -> tuple[str, ...]:
        """Return the cells of a table's row for measurements in seconds; see `IN_MS`."""
        return (str(self.count), *(f"{value * 1e3:.1f}" for value in (self.median, self.p95, self.spread, self.worst)))


IN_MS = ("n", "median ms", "p95 ms", "spread ms", "worst ms")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that reads as a plain one: the first column to the left, the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]

    def row(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        return "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]) + " |"

    rule = "|" + "|".join([":" + "-" * (widths[0] + 1), *("-" * (width + 1) + ":" for width in widths[1:])]) + "|"
    return "\n".join([row(header), rule, *map(row, rows)])


def tree(pid: int) -> Iterator[psutil.Process]:
    """Yield a process and all that it started and that still live."""
    root = psutil.Process(pid)
    yield root
    yield from root.children(recursive=True)


def tree_rss(pid: int) -> int:
    """Return the resident bytes of a process and of all that it started."""
    total = 0
    for process in tree(pid):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total


def tree_pss(pid: int) -> int:
    """Return the same with pages that several processes share counted in parts: what would be free without them."""
    total = 0
    for process in tree(pid):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total


def tree_cpu_s(pid: int) -> float:
    """Return the processor seconds that a process and its living children have used so far."""
    total = 0.0
    for process in tree(pid):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total
