"""One run of a program that speaks: its output as it comes, and nothing of it left behind."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import IO, TYPE_CHECKING

from wyoming_tts.errors import ProviderTimeout, ProviderUnavailable, UtteranceRejected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

READ_BYTES = 16 * 1024
"""0.3 s of audio at the usual rate. Up to 96 kB are held for a slow reader, besides the 64 kB of the pipe."""
EXIT_S = 1.0
"""How long a program may live on behind the end of its output, and how long a killed one is waited for."""
POLL_S = 0.01
"""Between two looks at a program whose end the system does not tell."""


class Program:
    """A running program, leader of a process group of its own. Iterates over its standard output."""

    def __init__(self, process: subprocess.Popen[bytes], *, timeout_s: float, provider: str) -> None:
        """`timeout_s` is how long it may send nothing while it is listened to."""
        self._process = process
        self._timeout_s = timeout_s
        self._provider = provider
        self._output = asyncio.StreamReader(READ_BYTES)
        self._transports: list[asyncio.ReadTransport | asyncio.WriteTransport] = []
        self._exited: asyncio.Event | None = None
        """None where the system does not tell."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_s):
                data = await self._output.read(READ_BYTES)
        except TimeoutError as error:
            raise ProviderTimeout("the program sends nothing", provider=self._provider) from error
        if data:
            return data
        await self._exit()
        status = self._process.poll()
        if status:
            how = f"exit status {status}" if status > 0 else f"ended by signal {-status}"
            raise ProviderUnavailable(f"the program failed: {how}", provider=self._provider)
        raise StopAsyncIteration

    def kill(self) -> None:
        """End it and all it has started, at once."""
        # Until it has been waited for nobody else can have its number.
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):  # nobody in the group is left alive
                os.killpg(self._process.pid, signal.SIGKILL)

    async def open(self, text: str | None) -> None:
        """Connect its output, and send it the text where there is one."""
        loop = asyncio.get_running_loop()
        process = self._process
        protocol = asyncio.StreamReaderProtocol(self._output)
        reading, _ = await loop.connect_read_pipe(lambda: protocol, process.stdout)
        self._transports.append(reading)
        if text is not None:
            writing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, process.stdin)
            self._transports.append(writing)
            writing.write(text.encode() + b"\n")
            writing.write_eof()

    async def aclose(self) -> None:
        """Leave nothing of it behind."""
        self.kill()
        try:
            await self._exit()
        finally:
            for transport in self._transports:
                transport.close() if isinstance(transport, asyncio.ReadTransport) else transport.abort()
            for pipe in (self._process.stdin, self._process.stdout):
                _close(pipe)
            self._process.poll()

    @contextmanager
    def noticing_exit(self) -> Iterator[None]:
        """Have what it started ended together with it: a child that holds its output open would never let it end."""
        try:
            fd = os.pidfd_open(self._process.pid)
        except (AttributeError, OSError):  # not on Linux, or an old one
            yield
            return
        loop = asyncio.get_running_loop()
        exited = self._exited = asyncio.Event()

        def notice() -> None:
            loop.remove_reader(fd)
            self.kill()
            exited.set()

        loop.add_reader(fd, notice)
        try:
            yield
        finally:
            loop.remove_reader(fd)
            os.close(fd)

    async def _exit(self) -> None:
        """Wait for its end, but not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EXIT_S):
                if self._exited is not None:
                    await self._exited.wait()
                while self._process.poll() is None:  # noqa: ASYNC110 - where nothing tells of it
                    await asyncio.sleep(POLL_S)


@asynccontextmanager
async def running(
    arguments: Sequence[str],
    *,
    text: str | None,
    environment: Mapping[str, str],
    timeout_s: float,
    provider: str,
) -> AsyncIterator[Program]:
    """Run a program, with `text` for its standard input; left with nothing of it still running.

    What it says on standard error is not kept: programs quote the text there. Raises ProviderError.
    """
    program = Program(
        _started(arguments, environment, provider, has_input=text is not None), timeout_s=timeout_s, provider=provider
    )
    with program.noticing_exit():
        try:
            await program.open(text)
            yield program
        finally:
            await program.aclose()


def _started(
    arguments: Sequence[str], environment: Mapping[str, str], provider: str, *, has_input: bool
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - the owner's own command, and no shell
            arguments,
            bufsize=0,
            stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise ProviderUnavailable("the program is not installed", provider=provider) from error
    except OSError as error:
        if error.errno == errno.E2BIG:
            raise UtteranceRejected("the text is too long for an argument", provider=provider) from error
        raise ProviderUnavailable(f"the program does not start: {type(error).__name__}", provider=provider) from error


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()
