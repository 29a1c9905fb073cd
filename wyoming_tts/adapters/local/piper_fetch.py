"""The first Piper voice of a house, brought without anybody asking for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from wyoming_tts.adapters.local.piper_shelf import installed_voices
from wyoming_tts.errors import ConfigError, ProviderError
from wyoming_tts.net.disk import on_disk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wyoming_tts.adapters.local.piper_catalog import PiperCatalog
    from wyoming_tts.telemetry.clock import Clock

RETRY_S = 3600.0
"""After a failure. A house that is offline for ever is asked little, one that comes back has its voice soon enough."""
SPARE_BYTES = 500 * 10**6
"""Left free on the disk: nobody asked for this download, so it must not be what fills the disk."""

log = structlog.get_logger(__name__)


class VoiceFetcher:
    """Downloads one voice into a house that has none. Only the owner's settings start it, never a client's word."""

    def __init__(self, catalog: PiperCatalog, folders: Sequence[Path], clock: Clock) -> None:
        """`folders` are where the house's voices lie; with a voice in any of them there is nothing to do."""
        self._catalog = catalog
        self._folders = tuple(folders)
        self._clock = clock

    async def run_once(self, language: str) -> str | None:
        """Return the name of the voice that has come; None where a voice is here, or none is published.

        Where the network or the disk is against it, it tries again every hour until it is cancelled; that leaves no
        more than a part file, from which the next time goes on.
        """
        told = None
        while True:
            try:
                if await on_disk(self._folders[0], installed_voices, self._folders):
                    return None
                return await self._bring(language)
            except (ProviderError, ConfigError) as error:
                code, reason = error.code, str(error)
            except Exception as error:  # noqa: BLE001 - a bug, or a server that finds one, must not be the last word
                code, reason = "internal", type(error).__name__
            if code != told:
                log.warning(
                    "no Piper voice could be downloaded, other voices speak",
                    code=code,
                    reason=reason,
                    again_in_s=RETRY_S,
                )
            told = code
            await self._clock.sleep(RETRY_S)

    async def _bring(self, language: str) -> str | None:
        await self._catalog.fetch()
        voice = self._catalog.best_for(language)
        if voice is None:
            log.warning("no Piper voice is published in this language", language=language)
            return None
        log.info(
            "downloading a Piper voice, since none is here",
            voice=voice.key,
            size_mb=round(voice.size_bytes / 1e6),
            source=self._catalog.base_url,
            folder=str(self._catalog.voices_dir),
        )
        await self._catalog.download(voice, spare_bytes=SPARE_BYTES)
        log.info("the Piper voice is here", voice=voice.key)
        return voice.key
