"""File work happens in threads, and its failures are sentences."""

from __future__ import annotations

import asyncio
import errno
import threading
from pathlib import Path

import pytest

from wyoming_tts.errors import ConfigError
from wyoming_tts.net.disk import disk_problem, on_disk

PATH = Path("voices/x.onnx")


async def test_the_work_is_done_in_a_thread_and_its_result_returned() -> None:
    assert await on_disk(PATH, threading.get_ident) != threading.get_ident()


async def test_a_cancel_waits_for_the_thread() -> None:
    """Otherwise a stray write could follow the release of the lock."""
    begun, go, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(10)
        done.set()

    task = asyncio.create_task(on_disk(PATH, work))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EROFS, "read-only"), (errno.EACCES, "read-only")],
)
async def test_a_failure_says_what_the_owner_can_do(number: int, said: str) -> None:
    def work() -> None:
        raise OSError(number, "whatever")

    with pytest.raises(ConfigError, match=said) as caught:
        await on_disk(PATH, work)
    assert isinstance(caught.value.__cause__, OSError)


def test_any_other_failure_is_named() -> None:
    assert disk_problem(PATH, OSError(errno.EIO, "Input/output error")).endswith("Input/output error.")
