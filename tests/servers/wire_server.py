"""The Wyoming server round a fake house, in a process of its own: its memory is its own as well.

Prints `{"port": ...}` when it listens, and ends when its input does. On stdio:// both belong to the client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

import structlog

from tests.fakes.house import FakeHouse, Script
from wyoming_tts.wire.limits import WireLimits
from wyoming_tts.wire.server import WyomingServer


async def serve(options: argparse.Namespace) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    house = FakeHouse(Script(seconds_per_char=options.seconds_per_char))
    limits = WireLimits(write_timeout_s=options.write_timeout_s, max_connections=options.max_connections)
    server = WyomingServer(options.uri, lambda: house, limits)
    await server.start()
    if server.port is None:
        await server.over()
    else:
        sys.stdout.write(json.dumps({"port": server.port}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
    await server.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--uri", default="tcp://127.0.0.1:0")
    parser.add_argument("--write-timeout-s", type=float, default=1.0)
    parser.add_argument("--max-connections", type=int, default=128)
    parser.add_argument("--seconds-per-char", type=float, default=0.06)
    asyncio.run(serve(parser.parse_args()))
