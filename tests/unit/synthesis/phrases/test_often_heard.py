"""Which sentences count as often heard, and that nothing is kept where the owner did not ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from wyoming_tts.store.database import Database
from wyoming_tts.store.heard_sentences import SCHEMA, HeardSentences
from wyoming_tts.synthesis.phrases.often_heard import DROPPED_AT_ONCE, LONGEST_CHARS, MAX_HEARD, OftenHeard
from wyoming_tts.synthesis.routing.privacy import PrivacyRules

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DAY_S = 24 * 3600.0


class Days:
    """The calendar."""

    def __init__(self) -> None:
        self.days = 20_000.0

    def now(self) -> float:
        return self.days * DAY_S


@pytest.fixture
async def table() -> AsyncIterator[HeardSentences]:
    database = Database(None, [SCHEMA])
    await database.open()
    yield HeardSentences(database)
    await database.aclose()


def often(table: HeardSentences, days: Days | None = None, *, most: int = 10, secret: str = "secret") -> OftenHeard:
    return OftenHeard(table, PrivacyRules([secret]), most=most, now=(days or Days()).now)


def hear(heard: OftenHeard, text: str, times: int) -> None:
    for _ in range(times):
        heard.heard(text)


def test_three_times_is_often_and_the_most_frequent_come_first(table: HeardSentences) -> None:
    heard = often(table, most=2)
    hear(heard, "Twice.", 2)
    hear(heard, "Three times.", 3)
    assert heard.sentences() == ("Three times.",)
    hear(heard, "Five times.", 5)
    hear(heard, "Four times.", 4)
    assert heard.sentences() == ("Five times.", "Four times.")


def test_once_a_week_is_often_and_once_in_two_months_never(table: HeardSentences) -> None:
    days = Days()
    heard = often(table, days)
    for week in range(40):
        heard.heard("Bins out tonight.")
        if week % 9 == 0:
            heard.heard("Change the filter.")
        days.days += 7
    assert heard.sentences() == ("Bins out tonight.",)


def test_what_nobody_says_any_more_is_often_no_longer(table: HeardSentences) -> None:
    days = Days()
    heard = often(table, days)
    hear(heard, "Merry Christmas.", 8)
    days.days += 45
    assert heard.sentences()
    days.days += 10
    assert heard.sentences() == ()


def test_a_clock_that_was_wrong_for_a_while_costs_nothing(table: HeardSentences) -> None:
    days = Days()
    heard = often(table, days)
    hear(heard, "Hello.", 2)
    days.days = 0.0
    heard.heard("Hello.")
    assert heard.sentences() == ("Hello.",)
    days.days = 20_001.0
    assert heard.sentences() == ("Hello.",)
    days.days = 20_100.0
    assert heard.sentences() == (), "nor does it count for ever"


@pytest.mark.parametrize("text", ["", "x" * (LONGEST_CHARS + 1), "half a \ud800 character", "two\nlines"])
def test_what_is_long_or_no_plain_text_is_not_learned(table: HeardSentences, text: str) -> None:
    heard = often(table)
    hear(heard, text, 9)
    assert heard.sentences() == ()


async def test_what_was_heard_is_known_after_a_restart_and_counts_on(table: HeardSentences) -> None:
    days = Days()
    before = often(table, days)
    hear(before, "Hello.", 2)
    hear(before, "Good night.", 3)
    await before.save()
    days.days += 1
    after = often(table, days)
    after.heard("Hello.")
    await after.load()
    assert after.sentences() == ("Hello.", "Good night.")


async def test_without_the_owner_s_word_nothing_is_kept_and_what_was_is_forgotten(table: HeardSentences) -> None:
    learned = often(table)
    hear(learned, "Hello.", 5)
    await learned.save()
    assert await table.get_all()
    heard = often(table, most=0)
    hear(heard, "Hello.", 5)
    await heard.save()
    await heard.load()
    assert await table.get_all() == {}
    assert heard.sentences() == ()
    assert "Hello." not in repr(vars(heard))


async def test_what_has_become_private_meanwhile_is_forgotten(table: HeardSentences) -> None:
    before = often(table, secret="nothing")
    hear(before, "The secret is out.", 3)
    hear(before, "Hello.", 3)
    await before.save()
    after = often(table)
    await after.load()
    assert after.sentences() == ("Hello.",)
    assert list(await table.get_all()) == ["Hello."]


async def test_there_is_an_end_to_what_is_counted_and_kept(table: HeardSentences) -> None:
    days = Days()
    heard = often(table, days, most=500)
    hear(heard, "Hello.", 3)
    for number in range(3 * MAX_HEARD):
        days.days += 0.001
        heard.heard(f"It is {number}.")
        if number % 1500 == 0:
            await heard.save()
    await heard.save()
    assert heard.sentences() == ("Hello.",)
    kept = await table.get_all()
    assert MAX_HEARD <= len(kept) < MAX_HEARD + DROPPED_AT_ONCE
    assert "Hello." in kept
    assert f"It is {3 * MAX_HEARD - 1}." in kept
    assert "It is 1." not in kept


async def test_a_disk_that_fails_is_told_once_and_tried_again() -> None:
    database = Database(None, [SCHEMA])
    table = HeardSentences(database)
    heard = often(table)
    with capture_logs() as logs:
        await heard.load()
        for _ in range(3):
            hear(heard, "Hello.", 1)
            await heard.save()
    assert [entry["event"] for entry in logs] == ["sentences heard before cannot be read"]
    assert "Hello." not in repr(logs)
    await database.open()
    await heard.save()
    assert (await table.get_all())["Hello."].score == pytest.approx(3.0)
    await database.aclose()


async def test_what_could_not_be_read_at_the_start_is_not_wiped_by_the_first_save() -> None:
    database = Database(None, [SCHEMA])
    table = HeardSentences(database)
    await database.open()
    before = often(table)
    await before.load()
    hear(before, "Known.", 3)
    await before.save()
    after = often(table)  # its first `load` has failed, say
    hear(after, "New.", 1)
    await after.save()
    assert set(await table.get_all()) == {"Known.", "New."}
    await database.aclose()
