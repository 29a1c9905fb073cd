"""The real server as a process of its own, as the README starts it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

WITHIN_S = 30.0
"""Ten times what a loaded two-core machine needs for anything here."""


@dataclass
class RealServer:
    """A running `wyoming-tts serve` and what it has said so far."""

    process: asyncio.subprocess.Process
    log: list[dict[str, object]] = field(default_factory=list)
    raw_log: list[str] = field(default_factory=list)
    _said: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read_log(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            async with self._said:
                self.raw_log.append(line.decode())
                self.log.append(json.loads(line) if line.startswith(b"{") else {"event": line.decode()})
                self._said.notify_all()
        async with self._said:
            self.log.append({"event": "end of log"})
            self._said.notify_all()

    @property
    def lines(self) -> int:
        """How much it has said so far: a place to look from."""
        return len(self.log)

    async def said(self, event: str, *, after: int = 0, **fields: object) -> dict[str, object]:
        """Wait until it has logged this event with these fields, after so many lines, and return the line."""

        def found() -> dict[str, object] | None:
            for line in self.log[after:]:
                if line.get("event") == event and fields.items() <= line.items():
                    return line
            if self.log and self.log[-1]["event"] == "end of log" and event != "end of log":
                raise AssertionError(f"ended without saying {event!r}: {self.raw_log}")
            return None

        async with self._said, asyncio.timeout(WITHIN_S):
            while (line := found()) is None:
                await self._said.wait()
        return line

    @property
    def pid(self) -> int:
        return self.process.pid

    def workers(self) -> list[psutil.Process]:
        """Return its living child processes."""
        return [child for child in psutil.Process(self.pid).children() if child.status() != psutil.STATUS_ZOMBIE]

    async def port(self) -> int:
        line = await self.said("listening")
        return int(str(line["uri"]).rpartition(":")[2])

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def exit_code(self) -> int:
        async with asyncio.timeout(WITHIN_S):
            return await self.process.wait()


USUALLY = {"WYOMING_TTS_PROVIDERS__PIPER__DOWNLOAD": "never", "WYOMING_TTS_CACHE__ENABLED": "false"}


@asynccontextmanager
async def real_server(
    data_dir: Path,
    *flags: str,
    uri: str = "tcp://127.0.0.1:0",
    env: Mapping[str, str] | None = None,
    stdio: bool = False,
) -> AsyncIterator[RealServer]:
    """Start the server on a free port, without downloads and with everything spoken anew; on leaving it is gone."""
    pipe = asyncio.subprocess.PIPE if stdio else asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "wyoming_tts", "serve", "--uri", uri, "--http", "off", "--no-zeroconf"),
        *("--data-dir", str(data_dir), "--log-format", "json", *flags),
        env={**os.environ, **USUALLY, **(env or {})},
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.PIPE,
    )
    server = RealServer(process)
    reading = asyncio.ensure_future(server.read_log())
    try:
        yield server
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading
