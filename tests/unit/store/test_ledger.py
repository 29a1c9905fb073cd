"""Nobody overspends, nothing is forgotten, and a store that fails mutes nobody."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.stuck_store import WITHIN_S, stuck
from wyoming_tts.errors import BudgetExhausted
from wyoming_tts.store.budget import UNLIMITED, Budget, Spent
from wyoming_tts.store.database import Database
from wyoming_tts.store.ledger import NOTICES_KEPT, SCHEMA, Ledger
from wyoming_tts.store.period import Span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DAILY = Budget(characters_per_day=100)
NOON = datetime(2025, 6, 29, 12)


class Calendar:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class House:
    """A ledger as one process has it."""

    def __init__(self, path: Path, calendar: Calendar, patience_s: float) -> None:
        self.database = Database(path, [SCHEMA], busy_timeout_s=0.05)
        self.ledger = Ledger(self.database, now=calendar, patience_s=patience_s)

    def chars(self, provider: str = "cloud") -> tuple[int, int]:
        spent = self.ledger.spent(provider)
        return spent[Span.DAY].chars, spent[Span.MONTH].chars

    async def on_disk(self) -> list[tuple[str, str, int]]:
        query = "SELECT provider, period, chars FROM budgets ORDER BY period DESC"
        return await self.database.run(lambda connection: connection.execute(query).fetchall())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "db.sqlite"


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@asynccontextmanager
async def opened(path: Path, calendar: Calendar, patience_s: float = WITHIN_S) -> AsyncIterator[House]:
    house = House(path, calendar, patience_s)
    await house.database.open()
    await house.ledger.load()
    try:
        yield house
    finally:
        await house.ledger.aclose()
        await house.database.aclose()


@pytest.fixture
async def house(path: Path, calendar: Calendar) -> AsyncIterator[House]:
    async with opened(path, calendar) as house:
        yield house


async def test_a_reservation_is_on_the_disk_before_it_is_given(house: House) -> None:
    await house.ledger.reserve("cloud", 30, DAILY)
    assert await house.on_disk() == [("cloud", "2025-06-29", 30), ("cloud", "2025-06", 30)]
    assert house.chars() == (30, 30)
    assert house.chars("other") == (0, 0)


async def test_the_last_character_may_be_spent_and_not_one_more(house: House) -> None:
    await house.ledger.reserve("cloud", 60, DAILY)
    with pytest.raises(BudgetExhausted) as caught:
        await house.ledger.reserve("cloud", 41, DAILY)
    assert caught.value.retry_after_s == 12 * 3600
    assert str(caught.value) == "cloud has used up its budget (100 characters a day)"
    await house.ledger.reserve("cloud", 40, DAILY)
    assert house.chars() == (100, 100)


async def test_the_later_end_counts_where_both_limits_are_passed(house: House) -> None:
    budget = Budget(characters_per_day=10, characters_per_month=10)
    with pytest.raises(BudgetExhausted) as caught:
        await house.ledger.reserve("cloud", 11, budget)
    assert caught.value.retry_after_s == 36 * 3600
    assert "a month" in str(caught.value)
    assert house.chars() == (0, 0)


async def test_money_is_limited_as_characters_are(house: House) -> None:
    budget = Budget(price_per_1000_characters=0.3, money_per_day=0.03)
    await house.ledger.reserve("cloud", 100, budget)
    with pytest.raises(BudgetExhausted, match=r"0\.03 of money a day"):
        await house.ledger.reserve("cloud", 1, budget)
    assert house.ledger.spent("cloud")[Span.DAY].money == 0.03


async def test_what_is_given_back_can_be_spent_again_once(house: House) -> None:
    reservation = await house.ledger.reserve("cloud", 100, DAILY)
    reservation.give_back()
    reservation.give_back()
    await house.ledger.reserve("cloud", 100, DAILY)
    assert (await house.on_disk())[0][2] == 100


async def test_what_is_given_back_after_midnight_goes_to_the_day_before(house: House, calendar: Calendar) -> None:
    reservation = await house.ledger.reserve("cloud", 30, DAILY)
    calendar.now += timedelta(days=2)
    assert house.chars() == (0, 0)
    reservation.give_back()
    assert house.chars() == (0, 0)
    await house.ledger.aclose()
    assert {row[2] for row in await house.on_disk()} == {0}


async def test_at_once_nobody_overspends(house: House) -> None:
    results = await asyncio.gather(
        *(house.ledger.reserve("cloud", 7, DAILY) for _ in range(50)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 14
    assert (await house.on_disk())[0][2] == house.chars()[0] == 98


async def test_the_next_start_knows(path: Path, calendar: Calendar) -> None:
    async with opened(path, calendar) as house:
        await house.ledger.reserve("cloud", 100, DAILY)
    async with opened(path, calendar) as house:
        assert house.chars() == (100, 100)
        with pytest.raises(BudgetExhausted):
            await house.ledger.reserve("cloud", 1, DAILY)


async def test_tomorrow_is_another_day(path: Path, calendar: Calendar) -> None:
    async with opened(path, calendar) as house:
        await house.ledger.reserve("cloud", 100, DAILY)
        calendar.now += timedelta(days=1)
        assert house.chars() == (0, 100)
        await house.ledger.reserve("cloud", 100, DAILY)
        calendar.now += timedelta(days=500)
    async with opened(path, calendar) as house:
        assert await house.on_disk() == []


async def test_another_process_spends_from_the_same_budget(house: House, path: Path, calendar: Calendar) -> None:
    async with opened(path, calendar) as command:
        await command.ledger.reserve("cloud", 90, DAILY)
    with pytest.raises(BudgetExhausted):
        await house.ledger.reserve("cloud", 20, DAILY)
    await house.ledger.aclose()
    assert house.chars() == (90, 90)
    assert (await house.on_disk())[0][2] == 90


async def test_without_a_limit_nothing_is_written_and_nothing_waits(house: House) -> None:
    await house.database.aclose()
    reservation = await house.ledger.reserve("espeak", 30, UNLIMITED)
    await house.ledger.spend("espeak", 5)
    assert house.chars("espeak") == (35, 35)
    reservation.give_back()
    assert house.chars("espeak") == (5, 5)
    assert house.ledger.notices() == []


async def test_a_paid_probe_is_spent_even_beyond_the_limit(house: House) -> None:
    budget = Budget(characters_per_day=10, price_per_1000_characters=1.0)
    await house.ledger.spend("cloud", 12, budget)
    assert (await house.on_disk())[0][2] == 12
    assert house.ledger.spent("cloud")[Span.DAY] == Spent(12, 12_000, warnings=1)
    with pytest.raises(BudgetExhausted):
        await house.ledger.reserve("cloud", 1, budget)


async def test_the_owner_is_warned_once_a_day_also_over_a_new_start(path: Path, calendar: Calendar) -> None:
    async with opened(path, calendar) as house:
        await house.ledger.reserve("cloud", 79, DAILY)
        assert house.ledger.notices() == []
        await house.ledger.reserve("cloud", 1, DAILY)
        (notice,) = house.ledger.notices()
        assert notice.event == "budget nearly used up"
        assert notice.fields == {"provider": "cloud", "limit": "100 characters a day", "characters": 80, "money": 0.0}
        await house.ledger.reserve("cloud", 1, DAILY)
    async with opened(path, calendar) as house:
        await house.ledger.reserve("cloud", 1, DAILY)
        assert house.ledger.notices() == []
        calendar.now += timedelta(days=1)
        await house.ledger.reserve("cloud", 80, DAILY)
        assert len(house.ledger.notices()) == 1


async def test_who_is_cancelled_while_it_is_written_has_spent_nothing(house: House) -> None:
    async with stuck(house.database):
        reserving = asyncio.ensure_future(house.ledger.reserve("cloud", 60, DAILY))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert house.chars() == (60, 60)
        reserving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reserving
    await house.ledger.reserve("cloud", 100, DAILY)
    assert (await house.on_disk())[0][2] == 100


async def test_a_stuck_disk_holds_up_nobody_for_long_and_nothing_is_lost(path: Path, calendar: Calendar) -> None:
    async with opened(path, calendar, patience_s=0.05) as house, stuck(house.database):
        for _ in range(3):
            await house.ledger.reserve("cloud", 30, DAILY)
        with pytest.raises(BudgetExhausted):
            await house.ledger.reserve("cloud", 30, DAILY)
        (trouble, _) = house.ledger.notices()
        assert trouble.event == "budgets cannot be written down and are counted in memory"
        assert trouble.fields == {"reason": "it is too slow"}
    async with opened(path, calendar) as house:
        assert house.chars() == (90, 90)


async def test_a_store_that_fails_is_said_once_and_caught_up_with(house: House, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await house.ledger.reserve("cloud", 30, DAILY)
        await house.ledger.reserve("cloud", 30, DAILY)
        with pytest.raises(BudgetExhausted):
            await house.ledger.reserve("cloud", 41, DAILY)
        assert [notice.fields for notice in house.ledger.notices()] == [{"reason": "database is locked"}]
        other.execute("ROLLBACK")
    await house.ledger.reserve("cloud", 5, DAILY)
    assert (await house.on_disk())[0][2] == house.chars()[0] == 65
    await house.database.aclose()
    await house.ledger.reserve("cloud", 5, DAILY)
    assert len(house.ledger.notices()) == 1  # it had worked again meanwhile


async def test_a_store_that_cannot_be_read_is_said(path: Path, calendar: Calendar) -> None:
    house = House(path, calendar, WITHIN_S)
    await house.ledger.load()
    assert [notice.fields for notice in house.ledger.notices()] == [{"reason": "the store is not open"}]
    await house.database.aclose()


async def test_notices_that_nobody_reads_do_not_pile_up(house: House) -> None:
    for number in range(NOTICES_KEPT + 5):
        await house.ledger.spend(f"cloud-{number}", 100, DAILY)
    assert len(house.ledger.notices()) == NOTICES_KEPT
