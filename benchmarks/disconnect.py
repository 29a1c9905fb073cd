"""A client that leaves in the middle of a long text: how long Piper's worker still computes for it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from benchmarks.client import Client
from benchmarks.measure import IN_MS, Summary, tree
from benchmarks.options import add_voice_dir, parser
from benchmarks.report import Figure, Report
from benchmarks.texts import text_of
from benchmarks.voices import add_costly
from tests.servers.real_server import real_server

if TYPE_CHECKING:
    from argparse import Namespace

CHARS = 2000
PROMISED_S = 0.1
"""Or one step of the model where that is longer."""

SAMPLE_EVERY_S = 0.002
QUIET_S = 0.4
"""Without work for so long a worker is idle."""
BUSY_SHARE = 0.2
"""Of one core within a sample: more is work, less is the worker's own waiting."""
WATCHED_S = 60.0

STAYS_EVERY = 5
"""Hearing it all takes seconds of work."""


async def run(options: Namespace) -> Report:
    """Leave and stay in turn: that the worker had work left is shown by those who stay."""
    busy_s: dict[str, list[float]] = {"leaves": [], "stays": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        voice = add_costly(folder, options.voice_dir)
        async with real_server(folder) as server:
            client = Client(await server.port(), voice)
            await client.first_audio_s(text_of(40))
            until = perf_counter() + options.seconds
            for number in range(options.count):
                # When it leaves differs, and so what the model is at.
                until_then = client.in_the_middle(text_of(CHARS, seed=number), after_chunks=1 + 7 * number)
                async with until_then:
                    left_at = perf_counter()
                busy_s["leaves"].append(await asyncio.to_thread(_busy_after, left_at, server.pid))
                if number % STAYS_EVERY == 0:
                    busy_s["stays"].append(await _stay(client, number, server.pid))
                if perf_counter() > until:
                    break
    found = {name: Summary.of(times) for name, times in busy_s.items()}
    figure = Figure("median", found["leaves"].median * 1e3, PROMISED_S * 1e3, "ms")
    rows = [(f"client {name}", *summary.in_ms()) for name, summary in found.items()]
    return Report("disconnect", (f"worker busy on ({CHARS:,} characters)", *IN_MS), rows, [figure])


async def _stay(client: Client, number: int, server_pid: int) -> float:
    """Hear the whole text and return for how long after its first audio the worker computes."""
    async with client.in_the_middle(text_of(CHARS, seed=number)) as rest:
        watching = asyncio.ensure_future(asyncio.to_thread(_busy_after, perf_counter(), server_pid))
        await rest()
        return await watching


def _busy_after(left_at: float, server_pid: int) -> float:
    """Watch until no worker computes; return when the last one did, as seconds from `left_at`."""
    workers = [process.pid for process in tree(server_pid)][1:]
    last_busy = left_at
    now, used = perf_counter(), _used_s(workers)
    while now - last_busy < QUIET_S and now - left_at < WATCHED_S:
        sleep(SAMPLE_EVERY_S)
        before, used_before = now, used
        now, used = perf_counter(), _used_s(workers)
        if used - used_before > BUSY_SHARE * (now - before):
            last_busy = now
    return last_busy - left_at


def _used_s(pids: list[int]) -> float:
    """Return the computing time of all threads of some processes, as the kernel's scheduler counts it."""
    used_ns = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(FileNotFoundError):  # a thread that has just ended
                used_ns += int((thread / "schedstat").read_text().split()[0])
    return used_ns / 1e9


def main() -> int:
    flags = parser(__doc__, count=30, seconds=120)
    add_voice_dir(flags)
    options = flags.parse_args()
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
