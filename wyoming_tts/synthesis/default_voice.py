"""The voice that is asked for most: loaded and exercised before anybody asks, and kept so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import ProviderError, TtsError
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.routing.catalog import HouseVoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.voice import VoiceName
    from wyoming_tts.synthesis.provider import Provider
    from wyoming_tts.synthesis.routing.router import Router
    from wyoming_tts.telemetry.clock import Clock

CHECK_S = 2.0
"""How soon a new default voice is loaded, by a download say, and an old one again after its worker has died."""

EXERCISE = "One, two, three."
"""Said to nobody: the first run of a network takes up to twice as long as the next ones."""
EXERCISE_S = 10.0
"""Patience with it; an engine that hangs is for its breaker to find."""
EXERCISE_DUE_S = 1.0
"""Whoever really speaks goes first."""

log = structlog.get_logger(__name__)


class DefaultVoice:
    """Sees to the default voice for as long as `keep_warm` runs."""

    def __init__(self, providers: Sequence[Provider], router: Router, clock: Clock) -> None:
        self._providers = tuple(providers)
        self._router = router
        self._clock = clock
        self._failed: VoiceName | None = None
        self._exercised: VoiceName | None = None
        self.tried = False
        """It was loaded once, or could not be: whoever comes now waits for nothing."""

    async def keep_warm(self) -> None:
        """Load it now, and again whenever it is not loaded; raises nothing."""
        while True:
            name, provider = self._now()
            if name is not None and provider is not None:
                try:
                    await self._warm(name, provider.adapter)
                except Exception as error:  # noqa: BLE001 - a bug in one adapter must not keep the house from being ready
                    self._tell("default voice failed", name, type(error).__name__)
            self.tried = True
            await self._clock.sleep(CHECK_S)

    async def _warm(self, name: VoiceName, adapter: Adapter) -> None:
        is_new = name != self._exercised or not adapter.is_warm(name.voice)
        try:
            await adapter.warm(name.voice)
        except ProviderError as error:
            self._tell("default voice could not be loaded", name, str(error))
            return
        self._failed = None
        # A server elsewhere is warm or is not; it would only wonder who speaks there.
        if is_new and adapter.capabilities.orders:
            self._exercised = name  # once for each time it is loaded, however that goes
            await _exercise(name, adapter)

    def _tell(self, event: str, name: VoiceName, reason: str) -> None:
        """Warn once for as long as it goes on."""
        if name != self._failed:
            log.warning(event, voice=str(name), reason=reason)
        self._failed = name

    def _now(self) -> tuple[VoiceName | None, Provider | None]:
        try:
            target = self._router.default()
        except TtsError:
            return None, None
        name = target.chain[0] if isinstance(target, HouseVoice) else target
        return name, next((provider for provider in self._providers if provider.name == name.provider), None)


async def _exercise(name: VoiceName, adapter: Adapter) -> None:
    utterance = Utterance(EXERCISE, name.voice, name.speaker, cacheable=False, due_s=EXERCISE_DUE_S)
    try:
        async with asyncio.timeout(EXERCISE_S), adapter.synthesize(utterance) as stream:
            async for _ in stream.chunks:
                pass
    except (ProviderError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        log.warning("default voice was loaded and could not speak", voice=str(name), reason=reason)
