"""Clients that keep a server busy: long texts, one after the other, heard to the end.

Prints a line when all of them have heard their first audio, and ends when its input does.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from itertools import count

from benchmarks.client import Client
from benchmarks.texts import text_of


async def main(options: argparse.Namespace) -> None:
    client = Client(options.port, options.voice)
    async with asyncio.TaskGroup() as group:
        talkers = [group.create_task(_talk(client, options.chars, number)) for number in range(options.clients)]
        print("speaking", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        for talker in talkers:
            talker.cancel()


async def _talk(client: Client, chars: int, number: int) -> None:
    for round_ in count():
        await client.first_audio_s(text_of(chars, seed=1000 * number + round_))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--voice")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--chars", type=int, default=2000)
    asyncio.run(main(parser.parse_args()))
