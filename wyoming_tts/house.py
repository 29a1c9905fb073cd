"""The composition root: everything built from one version of the settings."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from functools import partial
from itertools import chain, count
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.adapters import registry
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.audio import resample
from wyoming_tts.speech.system_language import system_language
from wyoming_tts.synthesis.answer import Manner
from wyoming_tts.synthesis.catalog import Catalog, HouseVoice
from wyoming_tts.synthesis.provider import Provider
from wyoming_tts.synthesis.router import Router
from wyoming_tts.synthesis.speaker import Speaker, SpeakerOptions
from wyoming_tts.synthesis.timed import Timed
from wyoming_tts.synthesis.upkeep import Upkeep
from wyoming_tts.telemetry.clock import SystemClock
from wyoming_tts.web.status import ProviderState
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wyoming_tts.settings.model import Settings
    from wyoming_tts.settings.voice import HouseVoice as HouseVoiceSettings
    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.workers.pool import WorkerStatus

log = structlog.get_logger(__name__)

LAST_RESORT_TYPE = "espeak"
"""The engine that needs nothing and always works; a house without one of the owner's gets it unadvertised."""

DEFAULT_MEMORY_SHARE = 0.5
"""Of the machine's memory, for all workers together, where the owner names no figure."""


class House:
    """Immutable but for its life: `start` it, `hold` it while using it, `aclose` it in the end."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        clock = clock or SystemClock()
        self.pool = WorkerPool(_memory_mb(settings), clock=clock)
        self._language = settings.text.language or system_language(os.environ)
        self._holders = 0
        self._unheld = asyncio.Event()
        self._unheld.set()
        self._started = False
        self._last_resort = _last_resort(settings)
        self._providers = tuple(self._build_providers(clock))
        self.catalog = Catalog(
            self._providers,
            [_house_voice(voice) for voice in settings.voices],
            speakers_advertised=settings.limits.speakers_advertised,
        )
        self.router = Router(
            self.catalog,
            last_resort=self._last_resort,
            default_voice=settings.default_voice,
            default_language=self._language,
            unknown_voice_is_error=settings.fallback.unknown_voice == "error",
        )
        self._upkeep = Upkeep(self._providers, self.router, clock)
        self.speaker = Speaker(self.router, _speaker_options(settings), clock=clock)

    def _build_providers(self, clock: Clock) -> Iterator[Provider]:
        context = AdapterContext(
            data_dir=self.settings.server.data_path,
            pool=self.pool,
            clock=clock,
            workers=self.settings.workers,
            language=self._language,
        )
        configured = {name: settings for name, settings in self.settings.providers.items() if settings.enabled}
        hidden = None
        if not any(settings.type == LAST_RESORT_TYPE for settings in configured.values()):
            hidden = self._last_resort
            configured[hidden] = registry.PROVIDER_TYPES[LAST_RESORT_TYPE](type=LAST_RESORT_TYPE)
        for name, settings in configured.items():
            adapter = registry.build(name, settings, context)
            yield Provider(
                adapter,
                Timed(adapter, provider=name, gap_s=self.settings.fallback.gap_s),
                prosody=settings.prosody,
                sentence_pause_s=settings.sentence_pause_s,
                advertised=name != hidden,
            )

    async def start(self) -> None:
        """Start every provider; return when there is a list of voices worth showing."""
        for name, extra in self.settings.left_out.items():
            log.info("provider left out, its extra is not installed", provider=name, extra=extra)
        await self._upkeep.start()
        self._upkeep.also(self.pool.watch, "memory of the workers")
        self._upkeep.also(partial(asyncio.to_thread, resample.libraries), "imports")
        self._started = True

    @property
    def unready(self) -> Sequence[str]:
        """Why it cannot speak, in sentences; a provider that is down is no reason while another one speaks."""
        if not self._started:
            return ("The voices are still being counted.",)
        return () if any(provider.voices() for provider in self._providers) else ("No provider has a voice.",)

    async def provider_states(self) -> Sequence[ProviderState]:
        """Return every provider with its worker, in the order of the settings."""
        workers = {worker.name: worker for worker in await self.pool.snapshot()}
        return [self._state(provider, workers) for provider in self._providers]

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
        closing = (provider.adapter.aclose() for provider in self._providers)
        results = await asyncio.gather(*closing, return_exceptions=True)
        for provider, result in zip(self._providers, results, strict=True):
            if isinstance(result, Exception):
                log.error("provider did not close", provider=provider.name, error=type(result).__name__)

    def _state(self, provider: Provider, workers: Mapping[str, WorkerStatus]) -> ProviderState:
        worker = workers.get(provider.name)
        voices = len(provider.voices())
        problem = self._upkeep.problems.get(provider.name, "")
        state = "ready" if voices else ("failed" if problem else "no voices")
        return ProviderState(
            name=provider.name,
            state=state,
            detail=problem,
            voices=voices,
            worker="" if worker is None else worker.state,
            memory_mb=None if worker is None else worker.rss_bytes / 1e6,
            restarts=0 if worker is None else worker.restarts,
        )


def _last_resort(settings: Settings) -> str:
    """Return the name of the owner's eSpeak NG, or one that is still free."""
    for name, provider in settings.providers.items():
        if provider.type == LAST_RESORT_TYPE and provider.enabled:
            return name
    free = chain([LAST_RESORT_TYPE], (f"{LAST_RESORT_TYPE}-{number}" for number in count(2)))
    return next(name for name in free if name not in settings.providers)


def _memory_mb(settings: Settings) -> float:
    if settings.workers.memory_mb is not None:
        return settings.workers.memory_mb
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * DEFAULT_MEMORY_SHARE / 1e6


def _house_voice(voice: HouseVoiceSettings) -> HouseVoice:
    return HouseVoice(voice.name, voice.language, voice.links, voice.prosody, voice.sentence_pause_s)


def _speaker_options(settings: Settings) -> SpeakerOptions:
    manner = Manner(
        max_utterance_chars=settings.text.max_utterance_chars,
        code_blocks=settings.text.code_blocks,
        first_audio_s=settings.fallback.first_audio_s,
        last_first_audio_s=settings.fallback.last_first_audio_s,
    )
    return SpeakerOptions(manner, settings.audio.padding, settings.limits.concurrent_answers)
