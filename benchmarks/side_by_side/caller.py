"""The clients, in a process of their own, so that neither server nor measurements share a processor's time with them.

Reads one line of JSON for each set of calls, `{"port": ..., "voice": ..., "calls": [...]}`, makes them all, each at its
moment, and prints a line with all that was heard. Ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING

from wyoming.audio import AudioChunk, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from benchmarks.client import FIRST_CHUNK_CHARS, TOKEN_CHARS
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.heard import Heard

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE_S = 180.0


class _Listener:
    """Makes one call and notes what comes."""

    def __init__(self, port: int, voice: str | None, call: Call, all_began: float) -> None:
        self._port = port
        self._voice = SynthesizeVoice(name=voice) if voice else None
        self._call = call
        self._all_began = all_began
        self._began = 0.0
        self._chunks: list[tuple[float, float]] = []
        self._sentence_sent_s = 0.0

    async def hear(self) -> Heard:
        await asyncio.sleep(self._all_began + self._call.at_s - perf_counter())
        self._began = perf_counter()
        try:
            async with asyncio.timeout(PATIENCE_S):
                error = await self._ask()
        except (OSError, TimeoutError) as failure:
            error = type(failure).__name__
        if not self._chunks and not error:
            error = "no audio"
        ended_s = perf_counter() - self._began
        began_s = self._began - self._all_began
        return Heard(began_s, tuple(self._chunks), ended_s, self._sentence_sent_s, error)

    async def _ask(self) -> str:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(AsyncTcpClient("127.0.0.1", self._port))
            if self._call.token_s is None:
                await client.write_event(Synthesize(self._call.text, voice=self._voice).event())
                return await self._read(client, AudioStop().event().type)
            group = await stack.enter_async_context(asyncio.TaskGroup())
            writing = group.create_task(self._write_stream(client, self._call.token_s))
            try:
                return await self._read(client, SynthesizeStopped().event().type)
            finally:
                writing.cancel()

    async def _read(self, client: AsyncTcpClient, last: str) -> str:
        """Note every chunk up to the event that ends the answer; return what is wrong with it."""
        while (event := await client.read_event()) is not None:
            if AudioChunk.is_type(event.type) and event.payload:
                at_s = perf_counter() - self._began
                shape = event.data
                self._chunks.append((at_s, len(event.payload) / shape["rate"] / shape["width"] / shape["channels"]))
                if self._call.leaves:
                    return ""
            elif event.type == last:
                return ""
            elif Error.is_type(event.type):
                return Error.from_event(event).code or "error"
        return "the connection ended"

    async def _write_stream(self, client: AsyncTcpClient, token_s: float) -> None:
        with suppress(OSError):  # the reading half finds out, too
            await self._write_tokens(client, token_s)

    async def _write_tokens(self, client: AsyncTcpClient, token_s: float) -> None:
        text = self._call.text
        await client.write_event(SynthesizeStart(voice=self._voice).event())
        starts = [0, *range(FIRST_CHUNK_CHARS, len(text), TOKEN_CHARS)]
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True)):
            await asyncio.sleep(self._began + number * token_s - perf_counter())
            await client.write_event(SynthesizeChunk(text[start:end]).event())
            if start < self._call.sentence_chars <= end:
                self._sentence_sent_s = perf_counter() - self._began
        await client.write_event(Synthesize(text, voice=self._voice).event())
        await client.write_event(SynthesizeStop().event())


async def hear_all(port: int, voice: str | None, calls: Sequence[Call]) -> list[Heard]:
    """Make all calls, each at its moment, and return what was heard in the same order."""
    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_Listener(port, voice, call, began).hear()) for call in calls]
    return [task.result() for task in tasks]


async def main() -> None:
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        job = json.loads(line)
        heard = await hear_all(job["port"], job["voice"], [Call(**call) for call in job["calls"]])
        print(json.dumps([asdict(answer) for answer in heard]), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
