"""The wrapper that keeps a provider within its owner's budget."""

from __future__ import annotations

import math
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import BadAudio, BudgetExhausted, SpeechCutOff
from wyoming_tts.settings.remote import RemoteProviderSettings
from wyoming_tts.store.budget import UNLIMITED, Budget

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.settings.provider import ProviderSettings
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.store.ledger import Ledger

log = structlog.get_logger(__name__)


class Metered:
    """Takes each utterance out of the budget before the provider sees it.

    What the provider refuses is put back. What it has accepted stays spent, also where nobody hears the end of it: so
    it is on the bill. Nor is put back what was cancelled before an answer came, since it may have been accepted.
    """

    def __init__(self, adapter: Adapter, *, budget: Budget, ledger: Ledger) -> None:
        self._adapter = adapter
        self._provider = adapter.name
        self._budget = budget
        self._ledger = ledger
        self._told = False
        """The owner knows that little is left on the account."""

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; raises BudgetExhausted, until the day or month is over, where the budget does not allow it.

        What is left on the account is a budget as well: asking for more would only cost the listener time.
        """
        self._check_credit(len(utterance.text))
        try:
            reservation = await self._ledger.reserve(self._provider, len(utterance.text), self._budget)
        finally:
            self._tell()
        async with AsyncExitStack() as stack:
            try:
                stream = await stack.enter_async_context(self._adapter.synthesize(utterance))
            except (BadAudio, SpeechCutOff):  # it was accepted, and is on the bill
                raise
            except Exception:
                reservation.give_back()
                raise
            yield stream

    def _check_credit(self, chars: int) -> None:
        credit = self._adapter.credit
        if credit is None:
            return
        if credit.left < math.ceil(chars * credit.per_char):
            detail = f"{credit.left} of {credit.limit} left on the account"
            raise BudgetExhausted(detail, provider=self._provider, retry_after_s=credit.resets_in_s)
        if credit.limit - credit.left >= credit.limit * self._budget.warning_share:
            if not self._told:
                log.warning("credit nearly used up", provider=self._provider, left=credit.left, limit=credit.limit)
            self._told = True
        else:
            self._told = False

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
