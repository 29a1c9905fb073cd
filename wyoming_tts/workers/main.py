"""A worker: a Wyoming server round one Model, for one parent, on a socket that the parent made.

`python -m wyoming_tts.workers.main MODEL FD OPTIONS`. Imports only the standard library, wyoming, and the parts of
this package that need nothing more, since it may run in an interpreter that has little else than the engine.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wyoming_tts.protocol.framing import FrameLimits
from wyoming_tts.workers.connection import Connection
from wyoming_tts.workers.failure import REASON_PREFIX
from wyoming_tts.workers.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.models.base import Model

EXIT_NO_MODEL = 3
SWITCH_INTERVAL_S = 0.0005
"""How long the engine's Python code may keep the loop from sending its audio; the default is 5 ms."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the parent closes our standard input."""
    parser = argparse.ArgumentParser(prog="wyoming_tts.workers.main")
    parser.add_argument("model", help="an engine of wyoming_tts.models, or a module with `create(options)`")
    parser.add_argument("fd", type=int, help="the listening unix socket")
    parser.add_argument("options", type=json.loads, help="a JSON object for `create`")
    given = parser.parse_args(arguments)
    # The parent decides when we end: a ctrl-C or a stop of the whole service reaches us too, and it may be draining.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    listener = socket.socket(fileno=given.fd)
    path = Path(listener.getsockname())
    threading.Thread(target=_end_with_parent, args=(path,), name="parent", daemon=True).start()
    scheduler = Scheduler(lambda: _create(given.model, given.options), _no_model)
    scheduler.start()
    asyncio.run(_serve(listener, scheduler))


def _create(name: str, options: dict[str, object]) -> Model:
    module = importlib.import_module(name if "." in name else f"wyoming_tts.models.{name}")
    return cast("Model", module.create(options))


def _no_model(error: Exception) -> None:
    os.write(2, f"{REASON_PREFIX}{type(error).__name__}\n".encode())
    os._exit(EXIT_NO_MODEL)


def _end_with_parent(socket_path: Path) -> None:
    """Wait for the end of standard input, which is the parent's end however it came; an engine at work is no reason."""
    while os.read(0, 4096):
        pass
    with suppress(OSError):
        socket_path.unlink()
        socket_path.parent.rmdir()
    os._exit(0)


async def _serve(listener: socket.socket, scheduler: Scheduler) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Connection(scheduler, reader, writer).serve()

    server = await asyncio.start_unix_server(connected, sock=listener, limit=FrameLimits().header_bytes)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    main()
