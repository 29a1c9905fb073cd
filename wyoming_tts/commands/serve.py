"""`wyoming-tts serve`: start everything in order, wait for the end, end everything in order."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, TypeVar

import structlog

from wyoming_tts import __version__
from wyoming_tts.errors import ConfigError
from wyoming_tts.house import House
from wyoming_tts.telemetry.log import configure
from wyoming_tts.wire.instance_name import instance_name
from wyoming_tts.wire.limits import WireLimits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Iterator
    from pathlib import Path

    from wyoming_tts.settings.model import Settings
    from wyoming_tts.web.server import WebServer
    from wyoming_tts.wire.discovery import Announcement
    from wyoming_tts.wire.server import WyomingServer

OPEN_FILES = 4096
"""Room for the most connections an owner would allow, each with a few utterances on their way."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


async def run(settings: Settings) -> int:
    """Serve until SIGTERM, SIGINT or, on stdio, the end of the only client; return the exit code.

    Raises ConfigError where an address cannot be had.
    """
    configure(settings.telemetry.log_level, settings.telemetry.log_format)
    _raise_open_files_limit()
    await asyncio.to_thread(_make_data_dir, settings.server.data_path)
    with _signalled() as stop:
        async with AsyncExitStack() as stack:
            house = House(settings)
            stack.push_async_callback(house.aclose)
            # What a listener needs is imported while the first voice's process starts.
            starting = asyncio.ensure_future(_both(asyncio.to_thread(_wire_server), house.start()))
            await _first(starting, stop.wait())
            if stop.is_set():
                return 0
            server_class = starting.result()
            server = server_class(settings.server.uri, lambda: house, _limits(settings))
            stack.push_async_callback(server.aclose)
            await server.start()
            await _start_web(stack, settings, house)
            _settle_memory()
            announcing = _begin(stack, _announce(settings, server))
            _say_ready(house)
            await _first(stop.wait(), server.over())
            log.info("stopping", draining_s=settings.server.drain_s)
            # Withdrawn before the drain: whoever looks for a server now must not find one that is leaving.
            announcing.cancel()
            await asyncio.wait([announcing])
            await server.drain(settings.server.drain_s)
    log.info("stopped")
    return 0


def _settle_memory() -> None:
    """Keep what the start has made out of every later collection: a full one took 0.1 s, in which everybody waited."""
    gc.collect()
    gc.freeze()


def _say_ready(house: House) -> None:
    voices = len(house.catalog.advertised())
    if voices:
        log.info("ready", version=__version__, voices=voices)
    else:
        log.warning("listening, but no provider has a voice yet", version=__version__)


def _raise_open_files_limit() -> None:
    """Allow as many open files as the system lets us: 256 on some is fewer than connections and workers may need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _make_data_dir(path: Path) -> None:
    """Make the data directory; a house without one speaks, but keeps nothing: so it is a warning and no end."""
    reason = "no permission to write"
    try:
        path.mkdir(parents=True, exist_ok=True)
        usable = os.access(path, os.W_OK)
    except OSError as error:
        usable, reason = False, error.strerror or type(error).__name__
    if not usable:
        log.warning("the data directory cannot be used, nothing is kept", data_dir=str(path), reason=reason)


# Imported when their time has come, each in a thread beside what is running: together they are half of all imports.


def _wire_server() -> type[WyomingServer]:
    from wyoming_tts.wire.server import WyomingServer  # noqa: PLC0415 - see above

    return WyomingServer


def _web_server() -> type[WebServer]:
    from wyoming_tts.web.server import WebServer  # noqa: PLC0415 - see above

    return WebServer


def _announcement() -> type[Announcement]:
    from wyoming_tts.wire.discovery import Announcement  # noqa: PLC0415 - see above

    return Announcement


def _limits(settings: Settings) -> WireLimits:
    server = settings.server
    return WireLimits(
        max_connections=server.max_connections,
        idle_timeout_s=server.idle_timeout_s,
        read_timeout_s=server.read_timeout_s,
        write_timeout_s=server.write_timeout_s,
        linger_s=server.linger_s,
        drain_s=server.drain_s,
        text_chars=settings.limits.text_chars,
    )


async def _start_web(stack: AsyncExitStack, settings: Settings, house: House) -> None:
    """Serve the page; where its address is taken the house speaks on without it."""
    if settings.web.address is None or settings.server.stdio:
        return
    web = (await asyncio.to_thread(_web_server))(settings.web.address, lambda: house)
    stack.push_async_callback(web.aclose)
    try:
        await web.start()
    except ConfigError as error:
        log.error("no page and no health checks, see --http", reason=str(error))
    else:
        log.info("page", url=f"http://{web.address}/")


async def _announce(settings: Settings, server: WyomingServer) -> None:
    """Stand in the network's list until cancelled."""
    if not settings.server.zeroconf or server.host is None or server.port is None:
        return
    name = await asyncio.to_thread(instance_name, settings.server.data_path)
    announcement = (await asyncio.to_thread(_announcement))(server.port, server.host, name)
    try:
        await announcement.start()
        await asyncio.Event().wait()
    finally:
        await announcement.aclose()


def _begin(stack: AsyncExitStack, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Run `work` beside the rest until the stack ends."""
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        await asyncio.wait([task])

    stack.push_async_callback(end)
    return task


async def _both(first: Coroutine[None, None, T], second: Coroutine[None, None, None]) -> T:
    """Run both at once, and return what the first one returns."""
    async with asyncio.TaskGroup() as group:
        group.create_task(second)
        result = group.create_task(first)
    return result.result()


async def _first(*waits: Awaitable[object]) -> None:
    """Return when the first of them does; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@contextmanager
def _signalled() -> Iterator[asyncio.Event]:
    """Yield an event that SIGTERM and SIGINT set; a second one ends the process as usual.

    SIGHUP, which a closed terminal sends, is passed over.
    """
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    stop = asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def on_signal() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, on_signal)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
