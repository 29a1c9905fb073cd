"""One worker process from its socket to its end; nothing of it is left behind."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wyoming_tts.workers.failure import REASON_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.workers.spec import WorkerSpec

BACKLOG = 128
"""Connections that may wait while the worker starts."""
MAX_SOCKET_PATH_BYTES = 107
"""`sun_path` of unix(7) has 108 bytes with its NUL."""
KILL_AFTER_S = 1.0
"""From closing a worker's standard input to SIGKILL; it ends within milliseconds unless the engine holds the GIL."""
LAST_WORDS_S = 0.2
"""How long the end of stderr is waited for after the process; a grandchild may hold it open."""
MAX_REASON_BYTES = 80


@dataclass(frozen=True, slots=True)
class WorkerExit:
    """How a worker ended. Its stderr is counted, not kept: engines print the text they speak."""

    code: int
    """Exit status, or the negative number of the signal."""
    stderr_lines: int
    stderr_bytes: int
    reason: str
    """The class of the exception that kept the model from being made, or nothing."""


class WorkerProcess:
    """Runs a worker for as long as `run` runs; cancelling that ends the process too."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.path = ""
        """The socket, open for connections from `started` on, even before the worker can answer."""
        self.pid: int | None = None
        self.started = asyncio.Event()
        self._spec = spec
        self._watch = _Watch()
        self._transport: asyncio.SubprocessTransport | None = None
        self._kill: asyncio.TimerHandle | None = None

    async def run(self) -> WorkerExit:
        """Start the process, wait for its end, clean up. Raises OSError where it cannot be started."""
        try:
            with _listener() as (self.path, listener):
                transport = await self._spawn(listener)
                listener.close()
                self.started.set()
                await self._watch.exited.wait()
        finally:
            await self._end()
        return self._watch.exit(transport.get_returncode())

    def stop(self) -> None:
        """Ask the process to end, and see to it that it does; `run` returns soon after. May be called twice."""
        if self._transport is None or self._kill is not None or self._watch.exited.is_set():
            return
        stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))
        stdin.close()
        self._kill = asyncio.get_running_loop().call_later(KILL_AFTER_S, self.kill)

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        if self._transport is not None and self._transport.get_returncode() is None:
            self._transport.kill()

    async def _spawn(self, listener: socket.socket) -> asyncio.SubprocessTransport:
        spec = self._spec
        fd = listener.fileno()
        transport, _ = await asyncio.get_running_loop().subprocess_exec(
            lambda: self._watch,
            *(spec.python, "-m", "wyoming_tts.workers.main", spec.model, str(fd), json.dumps(dict(spec.options))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=(fd,),
            env=spec.environment(),
        )
        self._transport = transport
        self.pid = transport.get_pid()
        return transport

    async def _end(self) -> None:
        if self._transport is None:
            return
        try:
            self.stop()
            await self._watch.exited.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_S):
                    await self._watch.stderr_closed.wait()
        finally:
            if self._watch.exited.is_set() and self._kill is not None:
                self._kill.cancel()
            self._transport.close()  # also kills what still runs, where the wait above was cancelled


class _Watch(asyncio.SubprocessProtocol):
    """Hears of the process's end and counts what it says on stderr."""

    def __init__(self) -> None:
        self.exited = asyncio.Event()
        self.stderr_closed = asyncio.Event()
        self._lines = 0
        self._bytes = 0
        self._last = b""

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 - stderr is the only pipe we read
        self._lines += data.count(b"\n")
        self._bytes += len(data)
        self._last = (self._last + data)[-MAX_REASON_BYTES - len(REASON_PREFIX) :]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 - its end is what counts
        if fd == 2:
            self.stderr_closed.set()

    def process_exited(self) -> None:
        self.exited.set()

    def exit(self, code: int | None) -> WorkerExit:
        return WorkerExit(0 if code is None else code, self._lines, self._bytes, self._reason())

    def _reason(self) -> str:
        _, found, after = self._last.partition(REASON_PREFIX.encode())
        reason = after.strip().decode("ascii", "replace")
        return reason if found and reason.isidentifier() else ""


@contextmanager
def _listener() -> Iterator[tuple[str, socket.socket]]:
    """Yield the path and the listening socket, in a directory that only we may enter."""
    folder = Path(tempfile.mkdtemp(prefix="wyoming-tts-"))
    if len(bytes(folder)) + len("/socket") > MAX_SOCKET_PATH_BYTES:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="wyoming-tts-", dir="/tmp"))
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            path = str(folder / "socket")
            listener.bind(path)
            listener.listen(BACKLOG)
            yield path, listener
    finally:
        # One by one: `rmtree` needs a descriptor, and there may be none left. The worker may have removed them already.
        with suppress(OSError):
            (folder / "socket").unlink()
        with suppress(OSError):
            folder.rmdir()
