"""A failed request is put away with every link's error, and nothing of that reaches the answer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock
from tests.fakes.stuck_store import stuck
from wyoming_tts.errors import NoAudio, ProviderUnavailable
from wyoming_tts.store.database import Database
from wyoming_tts.store.dead_letters import SCHEMA, DeadLetters, FailedLink
from wyoming_tts.synthesis.dead_letter_box import DeadLetterBox, StoredDeadLetterBox
from wyoming_tts.synthesis.record import RequestRecord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

FAILURES = (ProviderUnavailable("refused", provider="cloud"), NoAudio(provider="espeak"))
AT = datetime(2025, 6, 29, 12, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "db.sqlite", [SCHEMA])
    await database.open()
    yield database
    await database.aclose()


@pytest.fixture
def letters(database: Database) -> DeadLetters:
    return DeadLetters(database, max_count=10, max_days=100_000, max_bytes=10**6)


def record() -> RequestRecord:
    return RequestRecord(FakeClock(), "r1", "10.0.0.5", "Anna", 0.0, at=AT, chars=17)


async def test_it_is_put_away_with_every_error(letters: DeadLetters) -> None:
    box: DeadLetterBox = StoredDeadLetterBox(letters)
    await box.keep(record(), FAILURES, None, "ab" * 32)
    await box.keep(record(), FAILURES, "Hello.", "cd" * 32)
    kept, bare = await letters.list()
    assert (bare.voice, bare.client, bare.chars, bare.at, bare.text) == ("Anna", "10.0.0.5", 17, AT, None)
    assert bare.failures == (
        FailedLink("cloud", "provider-unavailable", "cloud is not available (refused)"),
        FailedLink("espeak", "no-audio", "espeak made no sound"),
    )
    assert (kept.text, kept.text_hash) == ("Hello.", "cd" * 32)


async def test_a_store_that_fails_is_said_once_and_raises_nothing(letters: DeadLetters, database: Database) -> None:
    box = StoredDeadLetterBox(letters)
    await database.run(lambda connection: connection.execute("ALTER TABLE dead_letters RENAME TO away"))
    with capture_logs() as logs:
        for _ in range(2):
            await box.keep(record(), FAILURES, "The safe is open.", "")
        await database.run(lambda connection: connection.execute("ALTER TABLE away RENAME TO dead_letters"))
        await box.keep(record(), FAILURES, None, "")
        await database.aclose()
        await box.keep(record(), FAILURES, None, "")
    assert [(line["event"], line["error"]) for line in logs] == [
        ("a failed request cannot be remembered", "OperationalError"),
        ("a failed request cannot be remembered", "ProgrammingError"),
    ]


async def test_a_slow_disk_holds_up_nobody_and_still_remembers(letters: DeadLetters, database: Database) -> None:
    with capture_logs() as logs:
        async with stuck(database):
            await StoredDeadLetterBox(letters, patience_s=0.02).keep(record(), FAILURES, None, "")
    assert [line["error"] for line in logs] == ["TimeoutError"]
    assert len(await letters.list()) == 1


async def test_a_client_that_hangs_up_meanwhile_is_no_trouble(letters: DeadLetters, database: Database) -> None:
    with capture_logs() as logs:
        async with stuck(database):
            keeping = asyncio.ensure_future(StoredDeadLetterBox(letters).keep(record(), FAILURES, None, ""))
            await asyncio.sleep(0)
            keeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await keeping
    assert logs == []
