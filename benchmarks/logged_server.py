"""The server as a process whose log goes to a file: reading floods of lines would slow the one who measures."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

STARTS_WITHIN_S = 30.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class LoggedServer:
    """Where it listens, and which process it is."""

    port: int
    pid: int


@asynccontextmanager
async def logged_server(folder: Path) -> AsyncIterator[LoggedServer]:
    """Serve on a free port with the data and the log in `folder`; on leaving it is gone."""
    log = folder / "log"
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wyoming_tts", "serve", "--uri", "tcp://127.0.0.1:0", "--http", "off"),
            *("--no-zeroconf", "--data-dir", str(folder), "--log-format", "json"),
            env={**os.environ, "WYOMING_TTS_PROVIDERS__PIPER__DOWNLOAD": "never"},
            stdin=asyncio.subprocess.DEVNULL,
            stderr=stream,
        )
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            while (port := _port(log)) is None:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(LOOK_EVERY_S)
        yield LoggedServer(port, process.pid)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _port(log: Path) -> int | None:
    for line in log.read_text(encoding="utf-8").splitlines():
        if '"listening"' in line:
            return int(str(json.loads(line)["uri"]).rpartition(":")[2])
    return None
