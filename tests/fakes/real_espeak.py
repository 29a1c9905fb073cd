"""The house's own eSpeak NG, in its worker."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.fakes.clock import FakeClock
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.espeak import EspeakSettings, build
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wyoming_tts.adapters.base import Adapter


@asynccontextmanager
async def real_espeak(folder: Path) -> AsyncIterator[Adapter]:
    clock = FakeClock()
    adapter = build(
        "espeak", EspeakSettings(), AdapterContext(folder, WorkerPool(None, clock=clock), clock, WorkerSettings())
    )
    try:
        await adapter.start()
        yield adapter
    finally:
        await adapter.aclose()
