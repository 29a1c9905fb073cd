"""A process beside the one that measures which takes calls and returns what was heard."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from benchmarks.side_by_side.heard import Heard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from benchmarks.side_by_side.call import Call

STARTED_WITHIN_S = 60.0
LINE_BYTES = 2**26
"""32 answers of many chunks each stand in one line."""


@dataclass(frozen=True, slots=True)
class CallerProcess:
    """`benchmarks.side_by_side.caller`, or `engine`, which understands the same."""

    process: asyncio.subprocess.Process

    async def hear(self, port: int, voice: str | None, calls: Sequence[Call]) -> list[Heard]:
        """Have the calls made and return what was heard, in their order."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        job = {"port": port, "voice": voice, "calls": [asdict(call) for call in calls]}
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError("the process that was to listen has ended")
        return [Heard(**{**one, "chunks": tuple(map(tuple, one["chunks"]))}) for one in json.loads(line)]


@asynccontextmanager
async def caller_process(module: str = "caller", *arguments: str) -> AsyncIterator[CallerProcess]:
    """Run `benchmarks.side_by_side.MODULE`; entered when it is ready, left with it gone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"benchmarks.side_by_side.{module}", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_BYTES,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(STARTED_WITHIN_S):
            if not await process.stdout.readline():
                raise RuntimeError(f"benchmarks.side_by_side.{module} did not start")
        yield CallerProcess(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
