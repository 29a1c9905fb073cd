"""First audio of eSpeak NG through the server, beside a bare server that answers from memory."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.client import Client
from benchmarks.helper import helper
from benchmarks.measure import IN_MS, Summary
from benchmarks.options import parser
from benchmarks.report import Figure, Report
from benchmarks.texts import text_of
from tests.servers.real_server import real_server

if TYPE_CHECKING:
    from argparse import Namespace

VOICE = "espeak/en-us"
CASES = [(streamed, chars) for chars in (40, 200, 2000) for streamed in (False, True)]
PROMISED_CHARS, PROMISED_S = 40, 0.005
WARM_UP = 10


async def run(options: Namespace) -> Report:
    rows, figures = [], []
    with tempfile.TemporaryDirectory() as folder:
        async with real_server(Path(folder)) as server, helper("memory_server") as bare_port:
            ours, bare = Client(await server.port(), VOICE), Client(int(bare_port))
            for streamed, chars in CASES:
                our_times, bare_times = await _alternate(ours, bare, streamed=streamed, chars=chars, options=options)
                our, least = Summary.of(our_times), Summary.of(bare_times)
                form = f"{'text stream' if streamed else 'one-shot'}, {chars:,} characters"
                extra_s = our.median - least.median
                compared = (f"{extra_s * 1e3:+.1f}", f"{our.median / least.median:.1f}")
                rows += [(f"{form}: ours", *our.in_ms(), *compared), (f"{form}: bare", *least.in_ms(), "", "")]
                if chars == PROMISED_CHARS:
                    figures.append(
                        Figure(f"{form}: median above the bare server's", extra_s * 1e3, PROMISED_S * 1e3, "ms")
                    )
    return Report("first_audio", ("connect to first audio", *IN_MS, "difference ms", "ratio"), rows, figures)


async def _alternate(
    ours: Client, bare: Client, *, streamed: bool, chars: int, options: Namespace
) -> tuple[list[float], list[float]]:
    """Ask both in turn, each first every other time."""
    times: dict[Client, list[float]] = {ours: [], bare: []}
    until = perf_counter() + options.seconds
    for number in range(-WARM_UP, options.count):
        for client in (ours, bare) if number % 2 else (bare, ours):
            took = await client.first_audio_s(text_of(chars, seed=number + WARM_UP), streamed=streamed)
            if number >= 0:
                times[client].append(took)
        if perf_counter() > until and times[bare]:
            break
    return times[ours], times[bare]


def main() -> int:
    options = parser(__doc__, count=200, seconds=40).parse_args()
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
