"""The least that a Wyoming server can do: a fixed answer from memory, written by the wyoming library.

What our server takes longer than this one is its own work; the connect, the library and the machine are in both.
Prints its port when it listens, and ends when its input does.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import async_read_event, async_write_event
from wyoming.tts import SynthesizeStopped

if TYPE_CHECKING:
    from wyoming.event import Event

RATE, WIDTH, CHANNELS = 22_050, 2, 1
CHUNK_BYTES = 2048
"""1,024 frames, as Wyoming servers usually send them."""


class MemoryServer:
    """Answers `synthesize`, the first `synthesize-chunk` of a text stream, and `describe`."""

    def __init__(self, seconds: float, info: bytes) -> None:
        self._events = list(_audio(seconds))
        self._info = info

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answered = False
        while (event := await async_read_event(reader)) is not None:
            if event.type == "describe":
                writer.write(self._info)
                await writer.drain()
            elif event.type in {"synthesize", "synthesize-chunk"} and not answered:
                answered = True
                await self._speak(writer)
            elif event.type == "synthesize-stop":
                await async_write_event(SynthesizeStopped().event(), writer)
        writer.close()

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        for event in self._events:
            await async_write_event(event, writer)


def _audio(seconds: float) -> list[Event]:
    silence = bytes(int(seconds * RATE) * WIDTH)
    chunks = [
        AudioChunk(RATE, WIDTH, CHANNELS, silence[start : start + CHUNK_BYTES]).event()
        for start in range(0, len(silence), CHUNK_BYTES)
    ]
    return [AudioStart(RATE, WIDTH, CHANNELS).event(), *chunks, AudioStop().event()]


async def main(options: argparse.Namespace) -> None:
    info = options.info.read_bytes() if options.info else b""
    server = await asyncio.start_server(MemoryServer(options.audio_s, info).serve, "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio-s", type=float, default=2.5, help="what 40 characters take to speak")
    parser.add_argument("--info", type=Path, metavar="FILE", help="the bytes of an `info` event")
    asyncio.run(main(parser.parse_args()))
