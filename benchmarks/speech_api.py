"""The fake server with OpenAI's speech API as a process of its own: some audio at once, the rest in steps.

Prints its address when it listens, and ends when its input does.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from tests.servers.openai_server import RATE, OpenAiServer
from tests.servers.sounds import pcm

if TYPE_CHECKING:
    from aiohttp import web

SPOKEN_WORDS = 12
"""2.9 s: what 40 characters take to speak. Much less is taken for speech that was cut off."""
FIRST_S = 0.2
"""Of audio: what an engine has at hand at least when it begins to send; most have a clause or a sentence."""
STEP_S = 0.06
"""Of audio, in one piece from there on."""


class PacedServer(OpenAiServer):
    """Sends some audio at once and the rest in even steps."""

    def __init__(self, faster: float) -> None:
        super().__init__()
        self.audio = pcm(SPOKEN_WORDS, RATE)
        self.body_of = cache(self.body_of)  # type: ignore[method-assign]  # encoding is no part of what is measured
        self._faster = faster

    async def _send(self, request: web.Request, response: web.StreamResponse, body: bytes) -> None:  # noqa: ARG002
        bytes_per_s = len(body) * 2 * RATE / len(self.audio)
        first, step = int(bytes_per_s * FIRST_S), int(bytes_per_s * STEP_S)
        with suppress(ConnectionError):
            await response.write(body[:first])
            for start in range(first, len(body), step):
                await asyncio.sleep(STEP_S / self._faster)
                await response.write(body[start : start + step])
            await response.write_eof()


async def main(options: argparse.Namespace) -> None:
    async with PacedServer(options.faster) as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faster", type=float, default=16.0, help="than the audio is played, after its beginning")
    asyncio.run(main(parser.parse_args()))
