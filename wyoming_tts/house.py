"""The composition root: everything built from one version of the settings."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from wyoming_tts import assembly
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.audio import resample
from wyoming_tts.net.http_session import HttpSession
from wyoming_tts.speech.system_language import system_language
from wyoming_tts.synthesis.health.breaker import BreakerState
from wyoming_tts.synthesis.upkeep import Upkeep
from wyoming_tts.telemetry.clock import SystemClock
from wyoming_tts.web.status import ProviderState
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence

    from wyoming_tts.settings.model import Settings
    from wyoming_tts.store.speech_cache import SpeechCounts
    from wyoming_tts.synthesis.provider import Provider
    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.workers.pool import WorkerStatus

log = structlog.get_logger(__name__)

DEFAULT_MEMORY_SHARE = 0.5
"""Of the machine's memory, for all workers together, where the owner names no figure."""


CHANGES_SHOWN = 3
"""Of a provider's circuit, on the page."""


class House:
    """Immutable but for its life: `start` it, `hold` it while using it, `aclose` it in the end."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        *,
        keeps_letters: bool = True,
        instance: str | None = None,
    ) -> None:
        """Take the settings.

        Args:
            settings: The owner's.
            clock: Another one for tests.
            keeps_letters: False for a command whose user sees by himself what has failed.
            instance: The name of the running server, where an earlier house of its already had one.

        """
        self.settings = settings
        self.instance = instance or uuid4().hex
        clock = clock or SystemClock()
        self.pool = WorkerPool(_memory_mb(settings), clock=clock)
        self._holders = 0
        self._unheld = asyncio.Event()
        self._unheld.set()
        self._started = False
        self.language = settings.text.language or system_language(os.environ)
        """Tag of the language that is spoken here."""
        self._store = assembly.store(settings)
        self._http = HttpSession()
        parts = assembly.parts(settings, self._context(clock), self._store, keeps_letters=keeps_letters)
        self.providers = parts.providers
        self.catalog = parts.catalog
        self.router = parts.router
        self.speaker = parts.speaker
        self._background: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
            "memory of the workers": self.pool.watch,
            "imports": partial(asyncio.to_thread, resample.libraries),
            **parts.background,
        }
        self._upkeep = Upkeep(self.providers, self.router, clock)

    def _context(self, clock: Clock) -> AdapterContext:
        """Return what the house lends to its adapters."""
        return AdapterContext(
            data_dir=self.settings.server.data_path,
            pool=self.pool,
            clock=clock,
            workers=self.settings.workers,
            language=self.language,
            http=self._http,
            memory=self._store.voice_lists,
            instance=self.instance,
        )

    async def start(self) -> None:
        """Start every provider; return when there is a list of voices worth showing."""
        for name, extra in self.settings.left_out.items():
            log.info("provider left out, its extra is not installed", provider=name, extra=extra)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._store.open())
            group.create_task(self._upkeep.start())
        for voice in self.settings.privacy.local_voices:
            if self.catalog.find(voice) is None:
                log.warning("a voice that privacy.local_voices names is not here", voice=voice)
        for name, job in self._background.items():
            self._upkeep.also(job, name)
        self._started = True

    @property
    def unready(self) -> Sequence[str]:
        """Why it cannot speak, in sentences; a provider that is down is no reason while another one speaks."""
        if not self._started:
            return ("The voices are still being counted.",)
        if not any(provider.voices() for provider in self.providers):
            return ("No provider has a voice.",)
        return () if self._upkeep.ready else ("The default voice is still being loaded.",)

    @property
    def speech_counts(self) -> SpeechCounts:
        """How often kept speech was heard again, and how much is kept."""
        return self._store.speech.counts

    async def provider_states(self) -> Sequence[ProviderState]:
        """Return every provider with its worker, in the order of the settings."""
        workers = {worker.name: worker for worker in await self.pool.snapshot()}
        return [self._state(provider, workers) for provider in self.providers]

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep it open while the context lasts."""
        self._holders += 1
        self._unheld.clear()
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._unheld.set()

    async def aclose(self) -> None:
        """Close with the last holder; may be called twice."""
        await self._unheld.wait()
        await self._upkeep.aclose()
        closing = (provider.adapter.aclose() for provider in self.providers)
        results = await asyncio.gather(*closing, return_exceptions=True)
        for provider, result in zip(self.providers, results, strict=True):
            if isinstance(result, Exception):
                log.error("provider did not close", provider=provider.name, error=type(result).__name__)
        await self._http.aclose()
        await self._store.aclose()

    def reset(self, provider: str) -> None:
        """Close a provider's circuit by hand. Raises KeyError for an unknown name."""
        breakers = {each.name: each.breaker for each in self.providers}
        breakers[provider].reset()

    def _state(self, provider: Provider, workers: Mapping[str, WorkerStatus]) -> ProviderState:
        worker = workers.get(provider.name)
        state, detail = self._condition(provider)
        return ProviderState(
            name=provider.name,
            state=state,
            detail=detail,
            voices=len(provider.voices()),
            worker="" if worker is None else worker.state,
            memory_mb=None if worker is None else worker.rss_bytes / 1e6,
            restarts=0 if worker is None else worker.restarts,
            changes=tuple(reversed(provider.breaker.history))[:CHANGES_SHOWN],
        )

    def _condition(self, provider: Provider) -> tuple[str, str]:
        """Return a provider's state in a word, and in a sentence where it is not well."""
        problem = self._upkeep.problems.get(provider.name, "")
        if problem or not provider.voices():  # it may know its voices from the last time, and still not have started
            return ("failed" if problem else "no voices"), problem
        breaker = provider.breaker
        if breaker.state is BreakerState.CLOSED:
            return "ready", ""
        wait_s = breaker.retry_in_s
        until = f"It is tried again in {wait_s:.0f} s." if isfinite(wait_s) else "It waits until something has changed."
        return "paused", f"{breaker.reason}. {until}"


def _memory_mb(settings: Settings) -> float:
    if settings.workers.memory_mb is not None:
        return settings.workers.memory_mb
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * DEFAULT_MEMORY_SHARE / 1e6
