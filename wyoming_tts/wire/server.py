"""The Wyoming server: listens, keeps the number of connections bounded, and ends in order."""

from __future__ import annotations

import asyncio
from itertools import count
from operator import itemgetter
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import OverloadedError
from wyoming_tts.telemetry.clock import SystemClock
from wyoming_tts.wire.connection import Connection, Service
from wyoming_tts.wire.info import InfoEvent
from wyoming_tts.wire.limits import WireLimits
from wyoming_tts.wire.listener import listener_for
from wyoming_tts.wire.stdio_listener import StdioListener
from wyoming_tts.wire.tcp_listener import TcpListener
from wyoming_tts.wire.unexpected import where

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from structlog.typing import FilteringBoundLogger

    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.wire.house import HouseSource
    from wyoming_tts.wire.peer import Peer

STOPPING = "The server is stopping; try again in a moment."
FULL = "Too many clients are being served; try again in a moment."
STARVED = "The text stream paused while others were waiting; try again in a moment."


class WyomingServer:
    """Serves the house of the moment at one address. `start` it when the house has a voice; `aclose` ends it."""

    def __init__(
        self,
        uri: str,
        house_source: HouseSource,
        limits: WireLimits | None = None,
        *,
        clock: Clock | None = None,
        log: FilteringBoundLogger | None = None,
    ) -> None:
        self._limits = limits or WireLimits()
        self._listener = listener_for(uri, header_bytes=self._limits.header_bytes)
        self._log = log or structlog.get_logger("wyoming_tts.wire")
        self._service = Service(
            house_source=house_source,
            info=InfoEvent(),
            limits=self._limits,
            clock=clock or SystemClock(),
            log=self._log,
            new_id=map("w{}".format, count(1)).__next__,
        )
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        """Held until they are over: the connections', those being turned away, and those just evicted."""
        self._draining = False
        self._over = asyncio.Event()

    @property
    def uri(self) -> str:
        """Where it is reached, with the real port once started."""
        return self._listener.uri

    @property
    def host(self) -> str | None:
        """The address listened on; None where it is not TCP."""
        return self._listener.host if isinstance(self._listener, TcpListener) else None

    @property
    def port(self) -> int | None:
        """The real port; None where it is not TCP."""
        return self._listener.port if isinstance(self._listener, TcpListener) else None

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._connections)

    async def start(self) -> None:
        """Listen. Raises ConfigError with a sentence for the owner."""
        await self._listener.open(self._accept)
        self._log.info("listening", uri=self.uri)

    async def over(self) -> None:
        """Wait until it has ended: by `aclose`, or on stdio because the only client has."""
        await self._over.wait()

    async def drain(self, budget_s: float | None = None) -> None:
        """Accept nothing new, finish what is speaking within the budget, then tell the rest that it is over."""
        self._draining = True
        self._listener.stop()
        for connection in self._connections:
            connection.drain()
        await self._all_over(self._limits.drain_s if budget_s is None else budget_s)
        for connection in self._connections:
            connection.end(OverloadedError(STOPPING))
        await self._all_over(self._limits.linger_s)

    async def aclose(self) -> None:
        """End everything at once; may be called twice. Call `drain` before it to end politely."""
        self._draining = True
        self._listener.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._service.info.aclose()
        await self._listener.aclose()
        self._over.set()

    async def _all_over(self, within_s: float) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within_s)

    def _accept(self, peer: Peer) -> None:
        """Take the newcomer in, at the cost of one that waits for its client; where all are busy turn it away."""
        connection = Connection(peer, self._service)
        if self._draining or len(self._tasks) >= 2 * self._limits.max_connections:
            peer.writer.transport.abort()
        elif len(self._connections) < self._limits.max_connections or self._make_room():
            self._connections.add(connection)
            self._hold(self._serve(connection, peer))
        else:
            self._log.warning("turned a client away, all connections are busy", client=peer.address)
            self._hold(connection.refuse(OverloadedError(FULL)))

    def _make_room(self) -> bool:
        """Part with the longest idle one, else with the text stream that has waited longest for text."""
        quiet = [(since, one) for one in self._connections if (since := one.quiet_since) is not None]
        if quiet:
            _, longest = min(quiet, key=itemgetter(0))
            longest.evict()
        else:
            latest = self._service.clock.now() - self._limits.spared_pause_s
            paused = [
                (since, one)
                for one in self._connections
                if (since := one.starved_since) is not None and since <= latest
            ]
            if not paused:
                return False
            _, longest = min(paused, key=itemgetter(0))
            longest.end(OverloadedError(STARVED))
        self._connections.discard(longest)
        return True

    def _hold(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: Connection, peer: Peer) -> None:
        self._log.debug("connected", client=peer.address)
        try:
            await connection.run()
        except Exception as error:  # noqa: BLE001 - one client must not end the server
            self._log.error("connection failed", client=peer.address, error=_name(error), at=where(error))
        finally:
            self._connections.discard(connection)
            self._log.debug("disconnected", client=peer.address)
            if isinstance(self._listener, StdioListener):
                self._over.set()


def _name(error: BaseException) -> str:
    """Return the kind of error; of a group, the kind of the first in it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
