"""Processes beside the one that measures, so that what they do is not in its timings."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

STARTED_WITHIN_S = 60.0


@asynccontextmanager
async def helper(module: str, *arguments: str) -> AsyncIterator[str]:
    """Run `python -m benchmarks.MODULE`; entered with its first line, left with its input closed and it gone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"benchmarks.{module}", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(STARTED_WITHIN_S):
            line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"benchmarks.{module} did not start")
        yield line.decode().strip()
    finally:
        try:
            async with asyncio.timeout(5):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
