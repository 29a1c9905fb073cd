"""The wrapper that keeps a provider within its owner's budget."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.settings.remote import RemoteProviderSettings
from wyoming_tts.store.budget import UNLIMITED, Budget

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.settings.provider import ProviderSettings
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.store.ledger import Ledger
    from wyoming_tts.synthesis.provider import Synthesizes

log = structlog.get_logger(__name__)


class Metered:
    """Takes each utterance out of the budget before the provider sees it.

    What the provider refuses is put back. What it has accepted stays spent, also where nobody hears the end of it: so
    it is on the bill. Nor is put back what was cancelled before an answer came, since it may have been accepted.
    """

    def __init__(self, inner: Synthesizes, *, provider: str, budget: Budget, ledger: Ledger) -> None:
        self._inner = inner
        self._provider = provider
        self._budget = budget
        self._ledger = ledger

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; raises BudgetExhausted, until the day or month is over, where the budget does not allow it."""
        try:
            reservation = await self._ledger.reserve(self._provider, len(utterance.text), self._budget)
        finally:
            self._tell()
        async with AsyncExitStack() as stack:
            try:
                stream = await stack.enter_async_context(self._inner.synthesize(utterance))
            except Exception:
                reservation.give_back()
                raise
            yield stream

    def _tell(self) -> None:
        for notice in self._ledger.notices():
            log.warning(notice.event, **notice.fields)


def budget_of(settings: ProviderSettings) -> Budget:
    """Return what the owner allows this provider; only one elsewhere can have limits."""
    if not isinstance(settings, RemoteProviderSettings):
        return UNLIMITED
    return Budget(
        settings.characters_per_day,
        settings.characters_per_month,
        settings.price_per_1000_characters,
        settings.money_per_day,
        settings.money_per_month,
        settings.budget_warning,
    )
