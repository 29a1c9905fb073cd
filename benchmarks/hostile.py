"""First audio of a normal client while another one attacks, beside the same without, and the memory it costs."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.attacks import ATTACKS
from benchmarks.client import Client
from benchmarks.helper import helper
from benchmarks.logged_server import logged_server
from benchmarks.measure import Summary, tree_rss
from benchmarks.options import parser
from benchmarks.report import Figure, Report
from benchmarks.texts import text_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import AsyncIterator

VOICE = "espeak/en-us"
CHARS = 40
PROMISED_RATIO, PROMISED_GROWTH_MB = 2.0, 20.0
SAMPLE_EVERY_S = 0.1
PAUSE_S = 0.02
WARM_UP = 20
ROUNDS = 3
"""Without and with the attack in turn, so that a busy moment of the machine falls on both."""
HEADER = ("attack", "idle median ms", "attacked median ms", "attacked p95 ms", "ratio", "memory growth MB")


@dataclass(slots=True)
class Memory:
    """Resident megabytes of a server with its workers."""

    before: float
    peak: float

    @property
    def growth(self) -> float:
        return self.peak - self.before


async def run(options: Namespace) -> Report:
    rows, ratios, growths = [], {}, {}
    for name in options.attack or ATTACKS:
        idle, attacked, growths[name] = await _suffer(name, options)
        ratios[name] = attacked.median / idle.median
        times = (f"{value * 1e3:.1f}" for value in (idle.median, attacked.median, attacked.p95))
        rows.append((name, *times, f"{ratios[name]:.2f}", f"{growths[name]:.1f}"))
    slowest, largest = max(ratios, key=ratios.__getitem__), max(growths, key=growths.__getitem__)
    figures = [
        Figure(f"attacked to idle, at worst ({slowest})", ratios[slowest], PROMISED_RATIO, "times"),
        Figure(f"memory growth, at worst ({largest})", growths[largest], PROMISED_GROWTH_MB, "MB"),
    ]
    return Report("hostile", HEADER, rows, figures)


async def _suffer(name: str, options: Namespace) -> tuple[Summary, Summary, float]:
    """Attack a fresh server: what one attack left in memory must not hide what the next one takes."""
    idle: list[float] = []
    attacked: list[float] = []
    growth_mb = 0.0
    with tempfile.TemporaryDirectory() as folder:
        async with logged_server(Path(folder)) as server:
            client = Client(server.port, VOICE)
            await _ask(client, WARM_UP, options.seconds)
            for _ in range(ROUNDS):
                idle += await _ask(client, options.count // ROUNDS, options.seconds / ROUNDS)
                async with _watched(server.pid) as memory, helper("attacks", name, str(server.port)):
                    attacked += await _ask(client, options.count // ROUNDS, options.seconds / ROUNDS)
                growth_mb = max(growth_mb, memory.growth)
    return Summary.of(idle), Summary.of(attacked), growth_mb


async def _ask(client: Client, count: int, seconds: float) -> list[float]:
    times: list[float] = []
    until = perf_counter() + seconds
    while len(times) < count and (perf_counter() < until or not times):
        times.append(await client.first_audio_s(text_of(CHARS, seed=len(times))))
        await asyncio.sleep(PAUSE_S)
    return times


@asynccontextmanager
async def _watched(pid: int) -> AsyncIterator[Memory]:
    memory = Memory(before := tree_rss(pid) / 1e6, before)

    async def sample() -> None:
        while True:
            memory.peak = max(memory.peak, tree_rss(pid) / 1e6)
            await asyncio.sleep(SAMPLE_EVERY_S)

    async with asyncio.TaskGroup() as group:
        sampling = group.create_task(sample())
        yield memory
        sampling.cancel()


def main() -> int:
    flags = parser(__doc__, count=150, seconds=15)
    flags.add_argument("--attack", action="append", choices=ATTACKS, help="only this one; may be given more than once")
    options = flags.parse_args()
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
