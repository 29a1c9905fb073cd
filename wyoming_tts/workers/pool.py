"""All workers together, within one memory budget."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.telemetry.clock import Clock

CHECK_EVERY_S = 5.0
"""How often the budget is checked while nothing is loaded: models grow as they speak."""
BYTES_PER_MB = 1024 * 1024

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker as the page shows it."""

    name: str
    state: str
    pid: int | None
    rss_bytes: int
    restarts: int
    active: int
    """Requests under way."""
    pinned: bool


class Pooled(Protocol):
    """What the pool needs to know of a worker's host, and the one thing it asks of it."""

    name: str
    pinned: bool
    last_used: float
    active: int
    restarts: int

    @property
    def pid(self) -> int | None:
        """The running process."""
        ...

    @property
    def state(self) -> str:
        """One word for the page."""
        ...

    async def unload(self) -> None:
        """End the worker unless it is in use; return when it is gone."""
        ...


def resident_bytes(pid: int) -> int:
    """Return the memory a process holds, 0 where it is gone. Blocks briefly: call it in a thread."""
    import psutil  # noqa: PLC0415 - 40 ms of a start, and the first measurement comes later

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


class WorkerPool:
    """Keeps the workers' memory within a budget by ending the least recently used idle one."""

    def __init__(
        self, budget_mb: float | None, *, clock: Clock, measure: Callable[[int], int] = resident_bytes
    ) -> None:
        self._budget_bytes = None if budget_mb is None else int(budget_mb * BYTES_PER_MB)
        self._clock = clock
        self._measure = measure
        self._hosts: dict[int, Pooled] = {}
        self._lock = asyncio.Lock()
        self._over = False

    def join(self, host: Pooled) -> None:
        """Count this host's worker; may be called again."""
        self._hosts.setdefault(id(host), host)

    def leave(self, host: Pooled) -> None:
        """Count it no more."""
        self._hosts.pop(id(host), None)

    async def make_room(self, newcomer: Pooled | None = None) -> bool:
        """End idle workers until the rest fits; return whether it does.

        Nobody's is ended who is at work or pinned, nor the newcomer's; a pinned newcomer is never told to go.
        """
        if self._budget_bytes is None:
            return True
        async with self._lock:
            while (excess := await self._used_bytes() - self._budget_bytes) > 0:
                idle = [host for host in self._hosts.values() if host is not newcomer and _may_go(host)]
                if not idle:
                    break
                oldest = min(idle, key=lambda host: host.last_used)
                log.info("worker unloaded for room", provider=oldest.name)
                await oldest.unload()
        self._report(over=excess > 0)
        return excess <= 0 or (newcomer is not None and newcomer.pinned)

    async def watch(self) -> None:
        """Check the budget for ever; its owner runs this in a task of its own."""
        while True:
            await self._clock.sleep(CHECK_EVERY_S)
            await self.make_room()

    async def snapshot(self) -> tuple[WorkerStatus, ...]:
        """Return every worker as it is now, by name."""
        hosts = sorted(self._hosts.values(), key=lambda host: host.name)
        pids = [host.pid for host in hosts]
        sizes = await asyncio.to_thread(self._measure_all, pids)
        return tuple(
            WorkerStatus(host.name, host.state, pid, size, host.restarts, host.active, host.pinned)
            for host, pid, size in zip(hosts, pids, sizes, strict=True)
        )

    async def _used_bytes(self) -> int:
        return sum(await asyncio.to_thread(self._measure_all, [host.pid for host in self._hosts.values()]))

    def _measure_all(self, pids: list[int | None]) -> list[int]:
        return [0 if pid is None else self._measure(pid) for pid in pids]

    def _report(self, *, over: bool) -> None:
        if over and not self._over:
            log.warning("workers exceed their memory budget", budget_mb=(self._budget_bytes or 0) // BYTES_PER_MB)
        self._over = over


def _may_go(host: Pooled) -> bool:
    return host.pid is not None and not host.active and not host.pinned
