"""A text without a single mark, as some speech recognisers write it: the memory of Piper's worker, and first audio."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.measure import tree
from benchmarks.options import add_voice_dir, parser
from benchmarks.report import Figure, Report
from benchmarks.side_by_side.caller_process import caller_process
from benchmarks.side_by_side.lineup import Lineup, warm
from benchmarks.side_by_side.pairs import Pairs
from benchmarks.texts import sentence_of, unpunctuated

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from benchmarks.side_by_side.contender import Contender

CHARS, SHORT_CHARS = 4000, 200
LIMIT_MB, LIMIT = 500.0, 1.5
"""First audio as for a short text: one of 200 characters, which is long enough to be spoken in parts as well."""
LONGEST: Mapping[str, object] = {"max_utterance_chars": 2000, "max_chars_without_word_times": 2000}
"""As much at once as an owner may ask of a voice."""
HEADER = (
    "4,000 characters without a mark",
    "n",
    "first audio ms",
    "200 characters ms",
    "ratio (quartiles)",
    "worker's peak MB",
    "worst dry ms",
)


async def run(options: Namespace) -> Report:
    rows: list[Sequence[str]] = []
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        async with caller_process() as callers:
            lineup = Lineup(Path(folder), callers, options.voice_dir)
            for what, text in (("as by default", {}), ("2,000 at once", LONGEST)):
                async with lineup.ours(text=text) as ours:
                    row, found = await _measure(what, ours, options.count)
                rows.append(row)
                figures += found
    return Report("unpunctuated", HEADER, rows, figures)


async def _measure(what: str, ours: Contender, count: int) -> tuple[Sequence[str], list[Figure]]:
    await warm([ours])
    long, short = [], []
    for number in range(count):
        short.append((await ours.hear_text(sentence_of(SHORT_CHARS, seed=number))).first_audio_s)
        long.append(await ours.hear_text(unpunctuated(CHARS, seed=number)))
    ratio = Pairs.of([one.first_audio_s for one in long], short)
    peak_mb = max(_peak_mb(process.pid) for process in tree(ours.pid) if process.pid != ours.pid)
    row = (
        what,
        str(count),
        f"{median(one.first_audio_s for one in long) * 1e3:.0f}",
        f"{median(short) * 1e3:.0f}",
        str(ratio),
        f"{peak_mb:.0f}",
        f"{max(one.dry_s() for one in long) * 1e3:.0f}",
    )
    return row, [
        Figure(f"{what}: the worker's memory at its peak", peak_mb, LIMIT_MB, "MB"),
        Figure(f"{what}: first audio to that of {SHORT_CHARS} characters", ratio.median, LIMIT, "times"),
    ]


def _peak_mb(pid: int) -> float:
    """Return the most that a process ever held; Linux keeps it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def main() -> int:
    flags = parser(__doc__, count=5, seconds=300)
    add_voice_dir(flags)
    options = flags.parse_args()
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
