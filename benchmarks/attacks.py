"""Clients that mean harm, from an address of their own: each attack goes on until its process's input ends.

`python -m benchmarks.attacks NAME PORT` prints a line when the attack has begun. It runs at the lowest priority: what
the attacker's own computing takes from two shared cores is not the server's doing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING

from tests.fakes.attacker import attack, connect, connect_deaf, line, synthesize

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    Begun = Callable[[], None]
    Attack = Callable[[int, Begun], Awaitable[None]]

HOST = "127.0.0.1"
MEGABYTE = bytes(1024 * 1024)
AT_ONCE = 4
"""Connections that repeat an attack side by side."""
GIVE_UP_S = 10.0


def held(count: int, first: bytes = b"") -> Attack:
    """Open many connections, write a little on each, and wait."""

    async def run(port: int, begun: Begun) -> None:
        open_ = [await connect(HOST, port) for _ in range(count)]
        for _, writer in open_:
            with suppress(OSError):
                writer.write(first)
        begun()
        await asyncio.Event().wait()

    return run


def repeated(pieces: Callable[[], Iterable[bytes]], *, at_once: int = AT_ONCE) -> Attack:
    """Send the same again and again, as fast as the server answers it."""

    async def one(port: int) -> None:
        while True:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(GIVE_UP_S):
                    await attack(HOST, port, pieces(), until="error")

    async def run(port: int, begun: Begun) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(one(port))
            begun()

    return run


async def fleeting(port: int, begun: Begun) -> None:
    """Connect and leave at once, for ever."""
    begun()
    while True:
        with suppress(OSError):
            _, writer = await connect(HOST, port)
            writer.transport.abort()
        await asyncio.sleep(0)


def deaf(piece: bytes, *, floods: bool) -> Attack:
    """Ask and never read the answer; connect again when cut off."""

    async def one(port: int) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await connect_deaf(HOST, port)
                writer.write(piece)
                while reader.exception() is None:
                    writer.write(piece if floods else b"\n")
                    await writer.drain()
                    await asyncio.sleep(0.05)

    async def run(port: int, begun: Begun) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(one(port))
            begun()

    return run


ATTACKS: dict[str, Attack] = {
    "500 idle connections": held(500),
    "150 half headers": held(150, b'{"type": '),
    "150 half texts": held(150, line(type="synthesize", data_length=9000) + b'{"text": "'),
    "connects and leaves": fleeting,
    "headers of 1 MB without an end": repeated(lambda: repeat(b"a" * 65_536, 16)),
    "bad JSON": repeated(lambda: [b"{this is not JSON}\n"]),
    "10,000 levels": repeated(lambda: [synthesize(b'{"a":' * 10_000 + b"1" + b"}" * 10_000)]),
    "payloads of 300 MB": repeated(lambda: [line(type="a", payload_length=2_000_000_000), *repeat(MEGABYTE, 300)]),
    "texts of 5 MB": repeated(lambda: [synthesize({"text": "a " * 2_500_000})]),
    "endless text streams": repeated(
        lambda: [
            line(type="synthesize-start"),
            *repeat(line(type="synthesize-chunk", data={"text": "*" * 9000}), 100),
        ]
    ),
    "1,000 requests at once": repeated(lambda: [synthesize({"text": "word " * 50}) * 1000], at_once=1),
    "hours of audio, never read": deaf(synthesize({"text": "word " * 8000}), floods=False),
    "voice lists, never read": deaf(line(type="describe") * 1000, floods=True),
}


async def main(options: argparse.Namespace) -> None:
    os.nice(19)
    async with asyncio.TaskGroup() as group:
        attacking = group.create_task(_run(ATTACKS[options.name], options.port))
        await asyncio.to_thread(sys.stdin.read)
        attacking.cancel()


async def _run(chosen: Attack, port: int) -> None:
    await chosen(port, lambda: print("begun", flush=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=ATTACKS)
    parser.add_argument("port", type=int)
    asyncio.run(main(parser.parse_args()))
