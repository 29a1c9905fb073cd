"""One timer for many waits: each of them ends in time, and none is ended by another's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.idle_loop import run_idle
from wyoming_tts.synthesis.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any


def in_idle_time(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run it where time passes only while nothing can be done; nothing may go wrong in a callback."""
    wrong: list[object] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))
        await test()

    def run() -> None:
        run_idle(watched())
        assert wrong == []

    run.__name__ = test.__name__
    return run


def now() -> float:
    return asyncio.get_running_loop().time()


@in_idle_time
async def test_a_wait_that_takes_too_long_is_ended_and_the_task_goes_on() -> None:
    deadline, began = Deadline(), now()
    with pytest.raises(TimeoutError), deadline.until(began + 1.0):
        await asyncio.sleep(5)
    assert now() - began == pytest.approx(1.0, abs=0.01)
    assert deadline.expired
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


@in_idle_time
async def test_one_timer_serves_many_waits_and_the_last_one_is_ended_in_time() -> None:
    deadline = Deadline()
    timers = set()
    for _ in range(10):
        with deadline.until(now() + 1.0):
            await asyncio.sleep(0.01)
        timers.add(deadline._timer)
        assert not deadline.expired
    began = now()
    with pytest.raises(TimeoutError), deadline.until(began + 1.0):
        await asyncio.sleep(5)
    assert now() - began == pytest.approx(1.0, abs=0.01)
    assert len(timers) == 1


@in_idle_time
async def test_a_shorter_limit_than_the_one_before_holds() -> None:
    deadline, began = Deadline(), now()
    with deadline.until(began + 10.0):
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError), deadline.until(began + 1.0):
        await asyncio.sleep(5)
    assert now() - began == pytest.approx(1.0, abs=0.01)


@in_idle_time
async def test_what_is_done_between_two_waits_is_not_ended() -> None:
    deadline = Deadline()
    with deadline.until(now() + 1.0):
        await asyncio.sleep(0.1)
    await asyncio.sleep(5)
    with deadline.until(None):
        await asyncio.sleep(5)
    with pytest.raises(TimeoutError), deadline.until(now() + 1.0):
        await asyncio.sleep(5)


@in_idle_time
async def test_a_wait_without_a_limit_outlives_the_timer_of_the_one_before() -> None:
    deadline = Deadline()
    with deadline.until(now() + 1.0):
        await asyncio.sleep(0.1)
    with deadline.until(None):
        await asyncio.sleep(5)
    assert not deadline.expired


@in_idle_time
async def test_a_limit_that_has_passed_ends_the_wait_at_once() -> None:
    deadline, began = Deadline(), now()
    with pytest.raises(TimeoutError), deadline.until(began - 1.0):
        await asyncio.sleep(5)
    assert now() - began < 0.01


@in_idle_time
async def test_a_task_that_is_cancelled_by_somebody_else_is_cancelled() -> None:
    """Also where the limit is reached in the same moment."""

    async def wait(limit_s: float) -> None:
        with Deadline().until(now() + limit_s):
            await asyncio.Event().wait()

    for limit_s in (10.0, 1.0):
        waiting = asyncio.ensure_future(wait(limit_s))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_at(now() + 1.0, waiting.cancel)
        with pytest.raises(asyncio.CancelledError):
            await waiting


@in_idle_time
async def test_somebody_elses_timeout_is_no_expiry() -> None:
    deadline = Deadline()
    with pytest.raises(TimeoutError, match="the socket's"), deadline.until(now() + 1.0):
        raise TimeoutError("the socket's")
    assert not deadline.expired


@in_idle_time
async def test_nothing_rings_after_it_is_closed() -> None:
    deadline = Deadline()
    with deadline.until(now() + 1.0):
        await asyncio.sleep(0)
    timer = deadline._timer
    deadline.close()
    deadline.close()
    assert timer is not None
    assert timer.cancelled()
