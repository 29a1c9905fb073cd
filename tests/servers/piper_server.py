"""The real wyoming-piper, of the registry, as a process of its own with a tiny voice; it needs no network."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.fakes.model_host import until
from tests.fakes.piper_voice import build_piper_voice
from tests.servers.uncovered import UNCOVERED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PIPER_VOICE = "en_US-tiny-low"


@asynccontextmanager
async def piper_server(folder: Path, *flags: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start it on `folder/piper.sock`; on leaving it is gone."""
    build_piper_voice(folder, PIPER_VOICE)
    socket = folder / "piper.sock"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wyoming_piper", "--voice", PIPER_VOICE, "--data-dir", str(folder)),
        *("--uri", f"unix://{socket}", *flags),
        env={name: value for name, value in os.environ.items() if name != "WYOMING_PIPER_ARGS"} | UNCOVERED,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until(lambda: socket.exists() or process.returncode is not None)
        assert process.returncode is None, "it ended at its start"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
