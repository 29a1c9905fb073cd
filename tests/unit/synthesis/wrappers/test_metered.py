"""What is refused costs nothing, what is accepted costs all of it, and what is not affordable is not asked for."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.adapters.credit import Credit
from wyoming_tts.errors import (
    BadAudio,
    BudgetExhausted,
    NoAudio,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
)
from wyoming_tts.settings.provider import ProviderSettings
from wyoming_tts.settings.remote import RemoteProviderSettings
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.store.budget import UNLIMITED, Budget
from wyoming_tts.store.database import Database
from wyoming_tts.store.ledger import SCHEMA, Ledger
from wyoming_tts.store.period import Span
from wyoming_tts.synthesis.wrappers.metered import Metered, budget_of
from wyoming_tts.synthesis.wrappers.timed import Timed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

UTTERANCE = Utterance("one two three", voice="v", patience_s=0.05)
CHARS = len(UTTERANCE.text)
DAILY = Budget(characters_per_day=2 * CHARS)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    database = Database(tmp_path / "db.sqlite", [SCHEMA])
    await database.open()
    ledger = Ledger(database, now=lambda: datetime(2025, 6, 29, 12))
    yield ledger
    await ledger.aclose()
    await database.aclose()


def metered(adapter: WordAdapter, ledger: Ledger, budget: Budget = DAILY) -> Metered:
    return Metered(adapter, budget=budget, ledger=ledger)


async def heard(provider: Metered | Timed) -> int:
    async with provider.synthesize(UTTERANCE) as stream:
        return len([chunk async for chunk in stream.chunks])


def spent(ledger: Ledger) -> int:
    return ledger.spent("a")[Span.DAY].chars


async def test_each_utterance_is_spent_until_nothing_is_left(ledger: Ledger) -> None:
    adapter = WordAdapter("a", Vocabulary())
    provider = metered(adapter, ledger)
    with capture_logs() as logs:
        assert [await heard(provider), await heard(provider)] == [3, 3]
        for _ in range(2):
            with pytest.raises(BudgetExhausted) as caught:
                await heard(provider)
    assert caught.value.retry_after_s == 12 * 3600
    assert (adapter.entered, adapter.left) == (2, 2)
    assert [(line["event"], line["log_level"], line["characters"]) for line in logs] == [
        ("budget nearly used up", "warning", 2 * CHARS)
    ]


async def test_what_is_refused_is_put_back(ledger: Ledger) -> None:
    adapter = WordAdapter("a", Vocabulary(), faults=Faults(refuse=ProviderUnavailable))
    with pytest.raises(ProviderUnavailable):
        await heard(metered(adapter, ledger))
    assert spent(ledger) == 0


@pytest.mark.parametrize("kind", [BadAudio, NoAudio, SpeechCutOff])
async def test_what_was_accepted_and_is_no_speech_stays_spent(ledger: Ledger, kind: type[ProviderError]) -> None:
    """An adapter may see that before it has anything to hand on; it is on the bill all the same."""
    adapter = WordAdapter("a", Vocabulary(), faults=Faults(refuse=kind))
    with pytest.raises(kind):
        await heard(metered(adapter, ledger))
    assert spent(ledger) == CHARS


async def test_a_bug_in_the_adapter_costs_nothing(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError):
        await heard(metered(WordAdapter("a", Vocabulary(), faults=Faults(bug=True)), ledger))
    assert spent(ledger) == 0


async def test_what_is_cut_off_stays_spent(ledger: Ledger) -> None:
    adapter = WordAdapter("a", Vocabulary(), faults=Faults(cut_after_words=1))
    with pytest.raises(SpeechCutOff):
        await heard(metered(adapter, ledger))
    assert spent(ledger) == CHARS


async def test_a_reader_who_leaves_or_fails_has_spent_it(ledger: Ledger) -> None:
    provider = metered(WordAdapter("a", Vocabulary()), ledger)
    async with provider.synthesize(UTTERANCE):
        pass
    with pytest.raises(ZeroDivisionError):
        async with provider.synthesize(UTTERANCE):
            raise ZeroDivisionError
    assert spent(ledger) == 2 * CHARS


async def test_a_timeout_before_an_answer_may_be_on_the_bill(ledger: Ledger) -> None:
    adapter = WordAdapter("a", Vocabulary(), gate=asyncio.Event())
    with pytest.raises(ProviderTimeout):
        await heard(Timed(metered(adapter, ledger), provider="a", gap_s=1.0))
    assert spent(ledger) == CHARS
    assert adapter.left == 1


async def test_without_a_budget_it_is_only_counted(ledger: Ledger) -> None:
    assert await heard(metered(WordAdapter("a", Vocabulary()), ledger, UNLIMITED)) == 3
    assert spent(ledger) == CHARS
    with pytest.raises(ProviderUnavailable):
        adapter = WordAdapter("a", Vocabulary(), faults=Faults(refuse=ProviderUnavailable))
        await heard(metered(adapter, ledger, UNLIMITED))
    assert spent(ledger) == CHARS


def test_the_budget_is_what_the_settings_say() -> None:
    assert budget_of(ProviderSettings(type="espeak")) is UNLIMITED
    settings = RemoteProviderSettings(
        type="paid",
        characters_per_day=1,
        characters_per_month=2,
        price_per_1000_characters=3.0,
        money_per_day=4.0,
        money_per_month=5.0,
        budget_warning=0.6,
    )
    assert budget_of(settings) == Budget(1, 2, 3.0, 4.0, 5.0, 0.6)


class Account(WordAdapter):
    """Has credit, which nobody counts down here."""

    left = 100
    per_char = 1.0

    @property
    def credit(self) -> Credit:
        return Credit(self.left, limit=100, resets_in_s=3600.0, per_char=self.per_char)


async def test_what_the_account_cannot_pay_is_not_asked_for_and_nothing_is_spent(ledger: Ledger) -> None:
    adapter = Account("a", Vocabulary())
    adapter.left = CHARS - 1
    with pytest.raises(BudgetExhausted, match=f"{CHARS - 1} of 100 left on the account") as caught:
        await heard(metered(adapter, ledger))
    assert caught.value.retry_after_s == 3600.0
    assert (adapter.entered, spent(ledger)) == (0, 0)
    adapter.left = CHARS
    assert await heard(metered(adapter, ledger)) == 3


@pytest.mark.parametrize(("per_char", "costs"), [(0.5, (CHARS + 1) // 2), (1.0, CHARS), (2.0, 2 * CHARS)])
async def test_the_account_is_asked_for_what_the_characters_cost_there(
    ledger: Ledger, per_char: float, costs: int
) -> None:
    adapter = Account("a", Vocabulary())
    adapter.per_char, adapter.left = per_char, costs
    assert await heard(metered(adapter, ledger)) == 3
    adapter.left = costs - 1
    with pytest.raises(BudgetExhausted):
        await heard(metered(adapter, ledger))
    assert spent(ledger) == CHARS, "the owner's own budget counts characters"


async def test_little_credit_is_told_once_and_again_after_it_was_filled_up(ledger: Ledger) -> None:
    adapter = Account("a", Vocabulary())
    provider = metered(adapter, ledger, UNLIMITED)
    with capture_logs() as logs:
        for adapter.left in (21, 20, 19, 100, 20):
            await heard(provider)
    assert [(line["event"], line["left"]) for line in logs] == [("credit nearly used up", left) for left in (20, 20)]
