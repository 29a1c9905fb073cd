"""A thousand requests of every kind, and what the server's processes hold afterwards."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.client import Client, Refused
from benchmarks.logged_server import logged_server
from benchmarks.measure import tree, tree_rss
from benchmarks.options import parser
from benchmarks.report import Figure, Report
from benchmarks.texts import text_of
from benchmarks.voices import add_tiny
from tests.fakes.attacker import attack, line, synthesize

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Awaitable, Callable

PROMISED_GROWTH_MB = 5.0
SAMPLES = 20
SETTLES_WITHIN_S = 10.0
"""A connection that was refused is listened to for another 2 s."""
LOOK_EVERY_S = 0.25
HEADER = ("after requests", "memory MB", "of which server MB", "files", "threads")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the server and its workers hold at one moment."""

    rss_mb: float
    server_rss_mb: float
    files: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Holdings:
        processes = list(tree(pid))
        return cls(
            rss_mb=tree_rss(pid) / 1e6,
            server_rss_mb=processes[0].memory_info().rss / 1e6,
            files=sum(process.num_fds() for process in processes),
            threads=sum(process.num_threads() for process in processes),
        )


async def run(options: Namespace) -> Report:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tiny = add_tiny(folder)
        async with logged_server(folder) as server:
            kinds = _kinds(server.port, tiny)
            await _ask(kinds, 3 * len(kinds), options.seconds)  # every voice is loaded, every path has been taken
            start = await _settled(server.pid)
            held = {0: start}
            for done in range(options.count // SAMPLES, options.count + 1, options.count // SAMPLES):
                await _ask(kinds, options.count // SAMPLES, options.seconds / SAMPLES)
                held[done] = await _settled(server.pid, like=start)
            end = held[max(held)]
    second_half = [holdings.rss_mb for done, holdings in held.items() if done >= options.count / 2]
    figures = [
        Figure(
            "memory, highest to lowest, last half of the requests",
            max(second_half) - min(second_half),
            PROMISED_GROWTH_MB,
            "MB",
        ),
        Figure("files more than at the start", end.files - start.files, 0, "files"),
        Figure("threads more than at the start", end.threads - start.threads, 0, "threads"),
    ]
    rows = [
        (f"{done:,}", f"{at.rss_mb:.1f}", f"{at.server_rss_mb:.1f}", str(at.files), str(at.threads))
        for done, at in held.items()
        if done % (options.count // 4) == 0
    ]
    return Report("memory", HEADER, rows, figures)


def _kinds(port: int, tiny: str) -> list[Callable[[int], Awaitable[object]]]:
    """Return one function for each kind of request, given the number of the request."""

    def speak(voice: str | None, chars: int, *, streamed: bool) -> Callable[[int], Awaitable[object]]:
        client = Client(port, voice)
        return lambda number: client.first_audio_s(text_of(chars, seed=number), streamed=streamed)

    def leave(voice: str) -> Callable[[int], Awaitable[object]]:
        return lambda number: Client(port, voice).leave_in_the_middle(text_of(2000, seed=number))

    def break_rules(*pieces: bytes) -> Callable[[int], Awaitable[object]]:
        return lambda _: attack("127.0.0.1", port, pieces, until="error")

    return [
        speak(None, 60, streamed=False),
        speak("espeak/en-us", 200, streamed=True),
        speak(tiny, 120, streamed=False),
        speak(tiny, 300, streamed=True),
        speak("espeak/de", 100, streamed=False),
        speak("espeak/en-us+f3", 100, streamed=True),
        speak("nobody/of-this-name", 40, streamed=False),
        lambda _: Client(port).describe_s(),
        leave("espeak/en-us"),
        leave(tiny),
        break_rules(b"{this is not JSON}\n"),
        break_rules(synthesize({"text": "a " * 150_000})),
        break_rules(line(type="synthesize-start"), line(type="synthesize-start")),
    ]


async def _ask(kinds: list[Callable[[int], Awaitable[object]]], count: int, seconds: float) -> None:
    until = perf_counter() + seconds
    for number, kind in enumerate(islice(cycle(kinds), count)):
        await kind(number)
        if perf_counter() > until:
            raise Refused("too slow for the time given")


async def _settled(pid: int, like: Holdings | None = None) -> Holdings:
    """Return what is held once the last connections are gone; with `like`, the first that is no more than that."""
    until = perf_counter() + SETTLES_WITHIN_S
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        now = Holdings.of(pid)
        if perf_counter() > until or (like and now.files <= like.files and now.threads <= like.threads):
            return now


def main() -> int:
    options = parser(__doc__, count=1000, seconds=240).parse_args()
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
