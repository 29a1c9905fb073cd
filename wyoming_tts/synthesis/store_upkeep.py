"""What the store needs beside the answers: old things forgotten, new ones written, and its troubles told."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from wyoming_tts.store.store import Store
    from wyoming_tts.telemetry.clock import Clock

Job: TypeAlias = "Callable[[], Coroutine[Any, Any, Any]]"

TIDY_LETTERS_EVERY_S = 24 * 3600.0
TIDY_SPEECH_EVERY_S = 600.0
LOOK_EVERY_S = 60.0

log = structlog.get_logger(__name__)


class StoreUpkeep:
    """Sees to one store for as long as its jobs run."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def jobs(self) -> Mapping[str, Job]:
        """Return what is to run beside the answers, by what it is called in the log."""
        return {"store": self._look_after, "kept speech": self._store.speech.run, "old speech": self._tidy_speech}

    async def _look_after(self) -> None:
        """Forget dead letters that are too old, now and once a day; say once what is wrong with the file."""
        told, tidy_at = "", self._clock.now()
        while True:
            if self._clock.now() >= tidy_at:
                tidy_at = self._clock.now() + TIDY_LETTERS_EVERY_S
                with suppress(sqlite3.Error):  # the next one that is kept tells it
                    await self._store.letters.tidy()
            if self._store.problem != told:
                told = self._store.problem
                log.warning("what is remembered is in trouble", reason=told)
            await self._clock.sleep(LOOK_EVERY_S)

    async def _tidy_speech(self) -> None:
        """Delete speech that is too old, now and then; not at once, for what is pinned is told only after the start."""
        while True:
            await self._clock.sleep(TIDY_SPEECH_EVERY_S)
            await self._store.speech.tidy()
