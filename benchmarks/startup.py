"""From the start of the process to accepting clients and to the first audio, with an empty data directory."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.client import Client
from benchmarks.measure import IN_MS, Summary, table
from benchmarks.options import parser
from benchmarks.report import Figure, Report
from tests.servers.real_server import RealServer, real_server

if TYPE_CHECKING:
    from argparse import Namespace

PROMISED_ACCEPTING_S, PROMISED_AUDIO_S = 1.0, 1.5
WEB = ("--http", "127.0.0.1:0")
"""The page is on by default, so it is started here too."""

IMPORT = re.compile(r"import time:\s*(\d+) \|\s*(\d+) \|\s*(\S+)")
IMPORTS_SHOWN = 25


async def run(options: Namespace) -> Report:
    bare_s, accepting_s, audio_s = [], [], []
    until = perf_counter() + options.seconds
    for number in range(-1, options.count):
        bare = await _bare_interpreter_s()
        accepting, audio = await _server_s()
        if number >= 0:  # the first run reads the files into the system's cache
            bare_s.append(bare)
            accepting_s.append(accepting)
            audio_s.append(audio)
        if perf_counter() > until and audio_s:
            break
    named = {"accepting": accepting_s, "first audio": audio_s, "Python with asyncio alone": bare_s}
    summaries = {name: Summary.of(times) for name, times in named.items()}
    least = summaries["Python with asyncio alone"].median
    rows = [(name, *found.in_ms(), f"{found.median / least:.1f}") for name, found in summaries.items()]
    figures = [
        Figure("accepting, median", summaries["accepting"].median, PROMISED_ACCEPTING_S, "s"),
        Figure("first audio, median", summaries["first audio"].median, PROMISED_AUDIO_S, "s"),
    ]
    return Report("startup", ("process start to", *IN_MS, "ratio"), rows, figures)


async def _server_s() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        began = perf_counter()
        async with real_server(Path(folder), *WEB) as server:
            port = await server.port()
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            accepting = perf_counter() - began
            writer.close()
            asked = perf_counter()
            first = await Client(port).first_audio_s("The kettle in the kitchen has boiled.")
            audio = asked + first - began
            await _end(server)
    return accepting, audio


async def _end(server: RealServer) -> None:
    server.terminate()
    await server.exit_code()


async def _bare_interpreter_s() -> float:
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import asyncio; asyncio.run(asyncio.sleep(0)); print(flush=True)"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    took = perf_counter() - began
    await process.communicate()
    return took


async def imports() -> str:
    """Return the own time of all imports up to the first `ready`, added up for each package, the slowest first."""
    with tempfile.TemporaryDirectory() as folder:
        async with real_server(Path(folder), *WEB, env={"PYTHONPROFILEIMPORTTIME": "1"}) as server:
            await server.said("listening")
            before = len(server.raw_log)
            await server.said("ready")
            await _end(server)
    until_listening, until_ready = (_own_ms(server.raw_log[:end]) for end in (before, len(server.raw_log)))
    shown = [(name, f"{ms:.1f}", f"{until_listening[name]:.1f}") for name, ms in until_ready.most_common(IMPORTS_SHOWN)]
    shown.append(("all", f"{until_ready.total():.1f}", f"{until_listening.total():.1f}"))
    return table(("imports of", "own ms", "of which before listening"), shown)


def _own_ms(lines: list[str]) -> Counter[str]:
    """Workers' imports do not stand in the log: the server only counts what they say."""
    own: Counter[str] = Counter()
    for line in lines:
        if found := IMPORT.match(line):
            package, *rest = found[3].split(".")
            own[f"{package}.{rest[0]}" if package == "wyoming_tts" and rest else package] += int(found[1]) / 1000  # type: ignore[assignment]  # a Counter adds up floats as well
    return own


def main() -> int:
    flags = parser(__doc__, count=10, seconds=120)
    flags.add_argument("--imports", action="store_true", help="only name the slowest imports")
    options = flags.parse_args()
    if options.imports:
        print(asyncio.run(imports()))
        return 0
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
