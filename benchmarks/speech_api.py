"""The fake server with OpenAI's speech API as a process of its own: some audio at once, the rest in steps.

Prints its address when it listens, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from tests.servers.fake_api import PIECE_BYTES
from tests.servers.openai_server import RATE, OpenAiServer

if TYPE_CHECKING:
    from aiohttp import web

FIRST_S = 0.2
"""Of audio: what an engine has at hand at least when it begins to send; most have a clause or a sentence."""
FASTER = 16
"""Than it is played, from there on: so a benchmark hears many answers to their ends."""


class PacedServer(OpenAiServer):
    """Sends some audio at once and the rest in even steps."""

    def __init__(self) -> None:
        super().__init__()
        self.body_of = cache(self.body_of)  # type: ignore[method-assign]  # encoding is no part of what is measured

    async def _send(self, request: web.Request, response: web.StreamResponse, body: bytes) -> None:  # noqa: ARG002
        audio_s = len(self.audio) / (2 * RATE)
        first_bytes = int(len(body) * FIRST_S / audio_s)
        pause_s = PIECE_BYTES / len(body) * audio_s / FASTER
        with suppress(ConnectionError):
            await response.write(body[:first_bytes])
            for start in range(first_bytes, len(body), PIECE_BYTES):
                await asyncio.sleep(pause_s)
                await response.write(body[start : start + PIECE_BYTES])
            await response.write_eof()


async def main() -> None:
    async with PacedServer() as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
