"""The voice list of 300 voices while Piper speaks four long texts, each time on a connection of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.client import Client
from benchmarks.helper import helper
from benchmarks.measure import IN_MS, Summary
from benchmarks.options import add_voice_dir, parser
from benchmarks.report import Figure, Report
from benchmarks.voices import add_costly, add_tiny
from tests.servers.real_server import real_server

if TYPE_CHECKING:
    from argparse import Namespace

VOICES, SPEAKING, CHARS = 300, 4, 2000
PROMISED_P95_S = 0.010
WARM_UP = 5


async def run(options: Namespace) -> Report:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        add_tiny(folder, VOICES - 1)
        costly = add_costly(folder, options.voice_dir)
        async with real_server(folder) as server, AsyncExitStack() as stack:
            port = await server.port()
            info = folder / "info"
            info.write_bytes(await _info_bytes(port))
            bare = Client(int(await stack.enter_async_context(helper("memory_server", "--info", str(info)))))
            for state in ("idle", f"{SPEAKING} long texts"):
                if state != "idle":
                    load = helper(
                        "load", str(port), "--voice", costly, "--clients", str(SPEAKING), "--chars", str(CHARS)
                    )
                    await stack.enter_async_context(load)
                ours_s, bare_s = await _alternate(Client(port), bare, options)
                ours, least = Summary.of(ours_s), Summary.of(bare_s)
                rows += [
                    (f"{state}: ours", *ours.in_ms(), f"{ours.median / least.median:.1f}"),
                    (f"{state}: bare", *least.in_ms(), ""),
                ]
            size = info.stat().st_size
    figure = Figure(f"p95 while {SPEAKING} long texts are spoken", ours.p95 * 1e3, PROMISED_P95_S * 1e3, "ms")
    return Report("describe", (f"connect to whole list ({size:,} bytes)", *IN_MS, "ratio"), rows, [figure])


async def _info_bytes(port: int) -> bytes:
    """Return the server's `info` event as it stands on the wire."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    writer.write(b'{"type": "describe"}\n')
    line = await reader.readline()
    header = json.loads(line)
    body = await reader.readexactly(header.get("data_length", 0) + header.get("payload_length", 0))
    writer.close()
    return line + body


async def _alternate(ours: Client, bare: Client, options: Namespace) -> tuple[list[float], list[float]]:
    ours_s: list[float] = []
    bare_s: list[float] = []
    until = perf_counter() + options.seconds
    for number in range(-WARM_UP, options.count):
        for client, times in ((ours, ours_s), (bare, bare_s)):
            took = await client.describe_s()
            if number >= 0:
                times.append(took)
            await asyncio.sleep(options.pause)
        if perf_counter() > until and bare_s:
            break
    return ours_s, bare_s


def main() -> int:
    flags = parser(__doc__, count=200, seconds=40)
    flags.add_argument("--pause", type=float, default=0.02, help="seconds between two questions")
    add_voice_dir(flags)
    options = flags.parse_args()
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
