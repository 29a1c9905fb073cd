"""What is known of the voices' loudness, what follows from it, and that it outlives a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.pcm_adapter import PcmAdapter
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.database import Database
from wyoming_tts.store.levels import SCHEMA, Level, Levels
from wyoming_tts.synthesis.loudness.level_book import MAX_ASKED, LevelBook, version_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ANNA = VoiceName("piper", "anna")


@pytest.fixture
async def levels() -> AsyncIterator[Levels]:
    database = Database(None, [SCHEMA])
    await database.open()
    yield Levels(database)
    await database.aclose()


async def closed() -> Levels:
    database = Database(None, [SCHEMA])
    await database.open()
    await database.aclose()
    return Levels(database)


def book(levels: Levels, *, enabled: bool = True) -> LevelBook:
    return LevelBook(levels, target_lufs=-20.0, enabled=enabled)


@pytest.mark.parametrize(
    ("lufs", "gain_db"),
    [
        (-26.0, 6.0),
        (-16.04, -4.0),
        (-60.0, 12.0),
        (-2.0, -18.0),
        (90.0, -40.0),
        (-20.2, 0.0),
        (-19.75, 0.0),
        (-20.34, 0.3),
    ],
)
async def test_the_gain_leads_to_the_target_and_no_further_than_allowed(
    levels: Levels, lufs: float, gain_db: float
) -> None:
    levelled = book(levels)
    levelled.learn(ANNA, "1", lufs)
    assert levelled.gain_db("piper", "anna", version="1") == gain_db


async def test_another_voice_speaker_or_version_is_unknown(levels: Levels) -> None:
    levelled = book(levels)
    levelled.learn(ANNA, "1", -26.0)
    assert levelled.gain_db("piper", "anna", "calm", version="1") == 0.0
    assert levelled.gain_db("piper", "ben", version="1") == 0.0
    assert levelled.gain_db("piper", "anna", version="2") == 0.0
    assert (levelled.knows(ANNA, "1"), levelled.knows(ANNA, "2")) == (True, False)


async def test_switched_off_it_changes_and_notes_nothing(levels: Levels) -> None:
    await levels.put({ANNA: Level(-26.0, "1")})
    levelled = book(levels, enabled=False)
    await levelled.load()
    levelled.ask(VoiceName("piper", "ben"))
    assert levelled.gain_db("piper", "anna", version="1") == 0.0
    assert levelled.asked() == ()


async def test_what_was_learned_is_there_after_a_restart(levels: Levels) -> None:
    before = book(levels)
    before.learn(ANNA, "1", -26.0)
    await before.save()
    after = book(levels)
    await after.load()
    assert after.gain_db("piper", "anna", version="1") == 6.0


async def test_what_was_learned_meanwhile_is_newer_than_the_store(levels: Levels) -> None:
    await levels.put({ANNA: Level(-26.0, "1")})
    levelled = book(levels)
    levelled.learn(ANNA, "1", -23.0)
    await levelled.load()
    assert levelled.gain_db("piper", "anna", version="1") == 3.0


async def test_a_store_that_fails_is_named_once_and_written_to_later(levels: Levels) -> None:
    levelled = LevelBook(await closed(), target_lufs=-20.0)
    with capture_logs() as logs:
        await levelled.load()
        levelled.learn(ANNA, "1", -26.0)
        await levelled.save()
        await levelled.save()
    warnings = [entry["event"] for entry in logs if entry["log_level"] == "warning"]
    assert warnings == ["levels of the voices cannot be read", "levels of the voices cannot be kept"]
    assert levelled.gain_db("piper", "anna", version="1") == 6.0
    levelled._levels = levels
    await levelled.save()
    assert await levels.get_all() == {ANNA: Level(-26.0, "1")}


async def test_the_voices_asked_for_are_a_bounded_set_until_they_are_measured(levels: Levels) -> None:
    levelled = book(levels)
    names = [VoiceName("espeak", f"en+{number}") for number in range(MAX_ASKED + 1)]
    for name in (*names, names[-1]):
        levelled.ask(name)
    assert levelled.asked() == tuple(reversed(names[1:]))
    levelled.learn(names[-1], "", -20.0)
    assert levelled.asked()[0] == names[-2]


def test_the_version_of_a_variant_is_its_voice_s() -> None:
    adapter = PcmAdapter("espeak", {"en": b""})
    assert (version_of(adapter, "en"), version_of(adapter, "en+f3"), version_of(adapter, "de")) == ("1", "1", "")
    adapter.version = None
    assert version_of(adapter, "en") == ""
