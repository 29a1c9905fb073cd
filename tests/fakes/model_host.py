"""A worker with the word model of `tests.fakes.models`, and waiting for what must come true."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.host import WorkerHost
from wyoming_tts.workers.pool import WorkerPool
from wyoming_tts.workers.spec import WorkerSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.clock import FakeClock

ROOT = Path(__file__).parents[2]
PATIENCE_S = 10.0
"""For what takes milliseconds; a busy machine must not fail a test."""


def word_spec(**options: object) -> WorkerSpec:
    """Return a worker that can find the tests."""
    return WorkerSpec("tests.fakes.models", options, env={"PYTHONPATH": str(ROOT)})


def word_host(
    clock: FakeClock,
    *,
    pool: WorkerPool | None = None,
    start_timeout_s: float = 20.0,
    idle_unload_s: float | None = None,
    **options: object,
) -> WorkerHost:
    return WorkerHost(
        "words",
        word_spec(**options),
        pool=pool or WorkerPool(None, clock=clock),
        clock=clock,
        start_timeout_s=start_timeout_s,
        idle_unload_s=idle_unload_s,
    )


async def spoken(host: WorkerHost, text: str, voice: str = "one", speaker: str | None = None) -> bytes:
    """Return all audio of an utterance."""
    async with host.synthesize(Utterance(text, voice, speaker)) as stream:
        return b"".join([chunk.pcm async for chunk in stream.chunks])


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110 - what is waited for lies outside this process or has no event
            await asyncio.sleep(0.002)
