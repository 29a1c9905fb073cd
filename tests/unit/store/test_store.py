"""What is remembered together, over restarts and where nothing can be kept."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.errors import BudgetExhausted
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.budget import Budget
from wyoming_tts.store.database import DATABASE_NAME
from wyoming_tts.store.dead_letters import DeadLetter
from wyoming_tts.store.levels import Level
from wyoming_tts.store.period import Span
from wyoming_tts.store.store import Store
from wyoming_tts.store.text_hash import KEY_NAME

if TYPE_CHECKING:
    from pathlib import Path

ANNA = VoiceName("piper", "anna")


def store(folder: Path, *, max_letters: int = 10) -> Store:
    return Store(folder, max_letters=max_letters, max_letter_days=30, max_letters_bytes=10_000)


def letter(text: str | None = None) -> DeadLetter:
    return DeadLetter("Anna", "10.0.0.5", 5, "ab", text, ())


def hash_of(one: Store, text: str) -> str:
    hash_ = one.begin_hash()
    hash_.update(text)
    return hash_.hexdigest()


async def test_nothing_is_on_the_disk_before_it_is_opened(tmp_path: Path) -> None:
    one = store(tmp_path / "data")
    assert not (tmp_path / "data").exists()
    await one.open()
    assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in (tmp_path / "data").iterdir()} == {
        DATABASE_NAME,
        KEY_NAME,
    }
    assert all(not stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (tmp_path / "data").iterdir())
    await one.aclose()


async def test_all_of_it_is_there_after_a_restart(tmp_path: Path) -> None:
    budget = Budget(characters_per_day=150)
    one = store(tmp_path)
    await one.open()
    assert one.problem == ""
    await one.letters.add(letter("Hello."))
    await one.levels.put({ANNA: Level(-23.5)})
    await one.ledger.reserve("cloud", 100, budget)
    before = hash_of(one, "Hello.")
    await one.aclose()

    two = store(tmp_path)
    await two.open()
    assert two.ledger.spent("cloud")[Span.MONTH].chars == 100, "known before anybody speaks"
    assert [kept.text for kept in await two.letters.list()] == ["Hello."]
    assert await two.levels.get_all() == {ANNA: Level(-23.5)}
    assert hash_of(two, "Hello.") == before
    with pytest.raises(BudgetExhausted):
        await two.ledger.reserve("cloud", 100, budget)
    await two.aclose()


async def test_what_was_given_back_in_the_last_moment_is_written(tmp_path: Path) -> None:
    budget = Budget(characters_per_day=150)
    one = store(tmp_path)
    await one.open()
    (await one.ledger.reserve("cloud", 100, budget)).give_back()
    await one.aclose()
    two = store(tmp_path)
    await two.open()
    assert two.ledger.spent("cloud")[Span.DAY].chars == 0
    await two.aclose()


async def test_the_limits_are_the_letters_own(tmp_path: Path) -> None:
    one = store(tmp_path, max_letters=2)
    await one.open()
    for text in ("One.", "Two.", "Three.", "x" * 20_000):
        await one.letters.add(letter(text))
    assert [kept.text for kept in await one.letters.list()] == [None, "Three."]
    await one.aclose()


async def test_where_nothing_can_be_kept_it_works_in_memory_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    one = store(tmp_path / "file")
    await one.open()
    assert "is lost with the next start" in one.problem
    await one.letters.add(letter())
    await one.levels.put({ANNA: Level(-23.5)})
    assert len(await one.letters.list()) == len(await one.levels.get_all()) == 1
    with pytest.raises(BudgetExhausted):
        await one.ledger.reserve("cloud", 2, Budget(characters_per_day=1))
    other = store(tmp_path / "file")
    await other.open()
    assert hash_of(one, "Hello.") != hash_of(other, "Hello."), "no key that somebody could know"
    await one.aclose()
    await other.aclose()


async def test_a_hash_begun_before_it_was_opened_is_no_failure(tmp_path: Path) -> None:
    one = store(tmp_path)
    assert len(hash_of(one, "Hello.")) == 64
    await one.aclose()


async def test_closing_twice_or_without_having_opened_is_no_trouble(tmp_path: Path) -> None:
    one = store(tmp_path)
    await one.aclose()
    await one.aclose()
    two = store(tmp_path)
    await two.open()
    await two.aclose()
    await two.aclose()
