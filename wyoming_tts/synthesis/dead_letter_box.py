"""Where the speaker puts a request that nobody could speak."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from wyoming_tts.store.dead_letters import DeadLetter, FailedLink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.errors import ProviderError
    from wyoming_tts.store.dead_letters import DeadLetters
    from wyoming_tts.synthesis.record import RequestRecord

PATIENCE_S = 1.0
"""How long a client whose request failed waits for the disk before it is told so."""

log = structlog.get_logger(__name__)


class DeadLetterBox(Protocol):
    """What the speaker needs."""

    async def keep(
        self, record: RequestRecord, failures: Sequence[ProviderError], text: str | None, text_hash: str
    ) -> None:
        """Remember the request; `text` is None unless the owner wants it kept. Raises nothing but CancelledError."""
        ...


class StoredDeadLetterBox:
    """Keeps them in the store; where that fails the log says so, once until it works again."""

    def __init__(self, letters: DeadLetters, *, patience_s: float = PATIENCE_S) -> None:
        self._letters = letters
        self._patience_s = patience_s
        self._failing = False

    async def keep(
        self, record: RequestRecord, failures: Sequence[ProviderError], text: str | None, text_hash: str
    ) -> None:
        """Remember the request, by the contract of `DeadLetterBox`; a slow disk finishes on its own."""
        links = tuple(FailedLink(failure.provider, failure.code, str(failure)) for failure in failures)
        letter = DeadLetter(record.voice, record.client, record.chars, text_hash, text, links, at=record.at)
        try:
            async with asyncio.timeout(self._patience_s):
                await self._letters.add(letter)
        except Exception as error:  # noqa: BLE001 - what cannot be remembered must not change the answer
            if not self._failing:
                log.warning("a failed request cannot be remembered", error=type(error).__name__)
            self._failing = True
        else:
            self._failing = False
