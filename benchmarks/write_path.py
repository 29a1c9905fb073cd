"""What the server itself costs: first audio over a bare server's, and processor time for an hour of audio.

The engine is memory (`memory_house`), so that all that is measured is between the sockets. With `--against DIR`, a
checkout of another version, both are measured in turn: a machine that others use as well is not the same twice.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import psutil

from benchmarks.client import Client
from benchmarks.measure import IN_MS, Summary
from benchmarks.memory_house import WORD_S
from benchmarks.options import parser
from benchmarks.report import Figure, Report
from benchmarks.texts import text_of
from wyoming_tts.text.words import word_starts

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import AsyncIterator, Sequence

PROMISED_CHARS, PROMISED_S = 40, 0.003
WARM_UP = 20
ROOMS = 32
SHAPES: dict[str, tuple[str, ...]] = {
    "at once": (),
    "at play pace": ("--faster", "1"),
    "at play pace, 3 dB louder": ("--faster", "1", "--gain-db", "3"),
}
QUICK = {"at once": SHAPES["at once"]}


@dataclass(slots=True)
class Candidate:
    """One server process, and what was measured of it."""

    port: int
    pid: int
    first_s: list[float] = field(default_factory=list)
    cpu_s_per_hour: list[float] = field(default_factory=list)
    cpu_s_per_request: float = 0.0


async def run(options: Namespace) -> Report:
    rows: list[tuple[str, ...]] = []
    figures: list[Figure] = []
    versions = {"ours": (Path.cwd(), options.flags or [])}
    if options.against:
        versions["the other"] = (options.against, options.flags or [])
    if options.variant:
        versions["variant"] = (Path.cwd(), [*(options.flags or []), *options.variant])
    async with AsyncExitStack() as stack:
        bare = await _start(stack, Path.cwd(), "memory_server", [])
        houses = {
            name: await _start(stack, folder, "memory_house", flags) for name, (folder, flags) in versions.items()
        }
        for streamed in (False, True):
            await _first_audio({"bare": bare, **houses}, options, streamed=streamed)
            form = f"{PROMISED_CHARS} characters, {'text stream' if streamed else 'one-shot'}"
            rows += _first_rows(form, {"bare": bare, **houses})
            extra_s = Summary.of(houses["ours"].first_s).median - Summary.of(bare.first_s).median
            figures.append(Figure(f"{form}: median above the bare server's", extra_s * 1e3, PROMISED_S * 1e3, "ms"))
    for shape, flags in (QUICK if options.quick else SHAPES).items():
        async with AsyncExitStack() as stack:
            houses = {
                name: await _start(stack, folder, "memory_house", [*more, *flags])
                for name, (folder, more) in versions.items()
            }
            for number in range(options.rounds):
                order = list(houses.values())
                for house in order if number % 2 else reversed(order):
                    await _hour(house, paced="--faster" in flags)
            rows += [
                (f"processor seconds for an hour of audio, {shape}: {name}", *_seconds(house.cpu_s_per_hour), "")
                for name, house in houses.items()
            ]
    return Report("write_path", ("request to first audio", *IN_MS, "added ms"), rows, figures)


async def _start(stack: AsyncExitStack, folder: Path, module: str, flags: Sequence[str]) -> Candidate:
    return await stack.enter_async_context(_server(folder, module, flags))


@asynccontextmanager
async def _server(folder: Path, module: str, flags: Sequence[str]) -> AsyncIterator[Candidate]:
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"benchmarks.{module}", *flags),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    try:
        assert process.stdout is not None
        yield Candidate(int(await process.stdout.readline()), process.pid)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _first_audio(candidates: dict[str, Candidate], options: Namespace, *, streamed: bool) -> None:
    """Ask all in turn, each first every other time."""
    for candidate in candidates.values():
        candidate.first_s.clear()
    until = perf_counter() + options.seconds
    for number in range(-WARM_UP, options.count):
        if number == 0:
            before_s = {name: _cpu_s(candidate.pid) for name, candidate in candidates.items()}
        order = list(candidates.values())
        for candidate in order if number % 2 else reversed(order):
            client = Client(candidate.port)
            took = await client.first_audio_s(text_of(PROMISED_CHARS, seed=number + WARM_UP), streamed=streamed)
            if number >= 0:
                candidate.first_s.append(took)
        if perf_counter() > until and number >= 0:
            break
    for name, candidate in candidates.items():
        candidate.cpu_s_per_request = (_cpu_s(candidate.pid) - before_s[name]) / len(candidate.first_s)


async def _hour(house: Candidate, *, paced: bool) -> None:
    """Measure some audio: many rooms that listen at play pace, or a few long texts one after the other."""
    texts = [text_of(200 if paced else 1000, seed=100 * number) for number in range(ROOMS if paced else 8)]
    audio_s = sum(len(word_starts(text)) for text in texts) * WORD_S
    before_s = _cpu_s(house.pid)
    if paced:
        await asyncio.gather(*(_room(house, number, text) for number, text in enumerate(texts)))
    else:
        for text in texts:
            await _read_all(house.port, text)
    house.cpu_s_per_hour.append((_cpu_s(house.pid) - before_s) / audio_s * 3600)


async def _room(house: Candidate, number: int, text: str) -> None:
    await asyncio.sleep(number / ROOMS)
    await _read_all(house.port, text)


async def _read_all(port: int, text: str) -> None:
    """Hear it to the end, with as little work as possible: both share the machine."""
    client = Client(port)
    async with client.in_the_middle(text) as rest:
        await rest()


def _cpu_s(pid: int) -> float:
    spent = psutil.Process(pid).cpu_times()
    return float(spent.user + spent.system)


def _first_rows(form: str, candidates: dict[str, Candidate]) -> list[tuple[str, ...]]:
    least = Summary.of(candidates["bare"].first_s).median
    found = {name: Summary.of(candidate.first_s) for name, candidate in candidates.items()}
    return [
        (f"{form}: {name}", *times.in_ms(), "" if name == "bare" else f"{(times.median - least) * 1e3:+.2f}")
        for name, times in found.items()
    ] + [
        (f"{form}, processor time: {name}", "", f"{candidate.cpu_s_per_request * 1e3:.1f} ms", "", "", "", "")
        for name, candidate in candidates.items()
    ]


def _seconds(values: Sequence[float]) -> tuple[str, ...]:
    found = Summary.of(values)
    return (str(found.count), *(f"{value:.1f} s" for value in (found.median, found.p95, found.spread, found.worst)))


def main() -> int:
    made = parser(__doc__, count=200, seconds=20)
    made.add_argument("--against", type=Path, metavar="DIR", help="a checkout of another version")
    made.add_argument("--rounds", type=int, default=4, help="of each measurement of processor time")
    made.add_argument("--quick", action="store_true", help="without the rooms at play pace")
    made.add_argument("--flags", nargs="*", metavar="FLAG", help="for all houses, without the dashes: voices=300")
    made.add_argument("--variant", nargs="*", metavar="FLAG", help="a house beside ours with these flags more")
    options = made.parse_args()
    for name in ("flags", "variant"):
        given = getattr(options, name)
        setattr(options, name, [f"--{flag}" for flag in given] if given else None)
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
