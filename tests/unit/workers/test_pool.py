from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field

import psutil
import pytest
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock
from tests.fakes.model_host import spoken, until, word_host
from wyoming_tts.errors import ModelTooLarge
from wyoming_tts.workers.pool import BYTES_PER_MB, CHECK_EVERY_S, WorkerPool, WorkerStatus, resident_bytes


@dataclass
class Sizes:
    """Megabytes by process."""

    mb: dict[int, int] = field(default_factory=dict)

    def measure(self, pid: int) -> int:
        return self.mb.get(pid, 0) * BYTES_PER_MB


@dataclass
class Stub:
    """A host whose process is a number."""

    name: str
    sizes: Sizes
    pid: int | None
    last_used: float = 0.0
    pinned: bool = False
    active: int = 0
    restarts: int = 0
    state: str = "running"

    async def unload(self) -> None:
        await asyncio.sleep(0)
        self.sizes.mb.pop(self.pid or 0, None)
        self.pid, self.state = None, "stopped"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sizes() -> Sizes:
    return Sizes({1: 100, 2: 100, 3: 100, 4: 100})


def pool_of(clock: FakeClock, sizes: Sizes, budget_mb: int | None, *hosts: Stub) -> WorkerPool:
    pool = WorkerPool(budget_mb, clock=clock, measure=sizes.measure)
    for host in hosts:
        pool.join(host)
    return pool


def running(hosts: list[Stub]) -> list[str]:
    return [host.name for host in hosts if host.pid is not None]


async def test_the_least_recently_used_idle_worker_goes_first(clock: FakeClock, sizes: Sizes) -> None:
    hosts = [Stub("b", sizes, 1, last_used=5.0), Stub("a", sizes, 2, last_used=3.0), Stub("c", sizes, 3, last_used=9.0)]
    assert await pool_of(clock, sizes, 250, *hosts).make_room()
    assert running(hosts) == ["b", "c"]


async def test_who_works_or_is_pinned_or_asks_stays(clock: FakeClock, sizes: Sizes) -> None:
    newcomer = Stub("new", sizes, 1)
    hosts = [newcomer, Stub("busy", sizes, 2, active=1), Stub("pinned", sizes, 3, pinned=True), Stub("idle", sizes, 4)]
    pool = pool_of(clock, sizes, 250, *hosts)
    assert not await pool.make_room(newcomer)
    assert running(hosts) == ["new", "busy", "pinned"]


async def test_a_pinned_newcomer_is_not_told_to_go(clock: FakeClock, sizes: Sizes) -> None:
    newcomer = Stub("new", sizes, 1, pinned=True)
    assert await pool_of(clock, sizes, 10, newcomer).make_room(newcomer)


async def test_without_a_budget_nothing_is_measured(clock: FakeClock) -> None:
    def measure(pid: int) -> int:
        raise AssertionError(pid)

    assert await WorkerPool(None, clock=clock, measure=measure).make_room()


async def test_the_watch_looks_again_and_again(clock: FakeClock, sizes: Sizes) -> None:
    hosts = [Stub("a", sizes, 1), Stub("b", sizes, 2, last_used=1.0)]
    pool = pool_of(clock, sizes, 250, *hosts)
    watching = asyncio.create_task(pool.watch())
    await clock.advance(CHECK_EVERY_S)
    assert running(hosts) == ["a", "b"]
    sizes.mb[2] = 200
    await clock.advance(CHECK_EVERY_S + 0.1)
    await until(lambda: running(hosts) == ["b"])
    watching.cancel()
    await asyncio.wait({watching})


async def test_an_excess_that_nobody_can_end_is_told_once(clock: FakeClock, sizes: Sizes) -> None:
    host = Stub("busy", sizes, 1, active=1)
    pool = pool_of(clock, sizes, 50, host)
    with capture_logs() as logs:
        await pool.make_room()
        await pool.make_room()
    assert [line["event"] for line in logs] == ["workers exceed their memory budget"]


async def test_the_snapshot_shows_every_worker_by_name(clock: FakeClock, sizes: Sizes) -> None:
    pool = pool_of(
        clock, sizes, None, Stub("b", sizes, 1, active=2), Stub("a", sizes, None, restarts=3, state="backoff")
    )
    assert await pool.snapshot() == (
        WorkerStatus("a", "backoff", None, 0, 3, 0, pinned=False),
        WorkerStatus("b", "running", 1, 100 * BYTES_PER_MB, 0, 2, pinned=False),
    )


def test_a_process_that_is_gone_holds_nothing() -> None:
    assert resident_bytes(os.getpid()) > BYTES_PER_MB
    assert resident_bytes(2**22 + 1) == 0


async def test_a_voice_that_does_not_fit_is_stopped_with_its_worker(clock: FakeClock) -> None:
    pool = WorkerPool(70, clock=clock)
    host = word_host(clock, pool=pool)
    await host.load("one")
    with pytest.raises(ModelTooLarge):
        await host.load("fat")
    await until(lambda: host.pid is None)
    assert (host.restarts, psutil.Process().children()) == (0, [])
    assert await spoken(host, "small again")
    await host.aclose()


async def test_a_real_idle_worker_makes_room_for_another(clock: FakeClock) -> None:
    pool = WorkerPool(130, clock=clock)
    first, second = word_host(clock, pool=pool), word_host(clock, pool=pool)
    await first.load("fat")
    await clock.advance(1.0)
    await second.load("fat")
    assert first.pid is None
    assert second.pid is not None
    await asyncio.gather(first.aclose(), second.aclose())
    assert await pool.snapshot() == ()
