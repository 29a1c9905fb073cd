"""What is remembered survives the hardest end of a process, and nothing is remembered that should not be."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import soundfile

from tests.servers.store_writer import BUDGET, SCHEMAS, SPENT_CHARS
from wyoming_tts.errors import BudgetExhausted
from wyoming_tts.store.database import DATABASE_NAME, Database
from wyoming_tts.store.dead_letters import DeadLetters
from wyoming_tts.store.ledger import Ledger
from wyoming_tts.store.period import Span
from wyoming_tts.store.text_hash import KEY_NAME, TextHashes, kept_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TEXT = "The code of the safe is nineteen eighty four."
WITHIN_S = 50
ROOT = Path(__file__).parents[2]


def killed(data_dir: Path, *keep: str) -> None:
    """Let a process remember a failed request and some spending, and kill it at once."""
    command = [sys.executable, "-m", "tests.servers.store_writer", str(data_dir), TEXT, *keep]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "written\n"
        finally:
            writer.kill()
    assert writer.returncode == -signal.SIGKILL


def command_line(data_dir: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "WYOMING_TTS_PROVIDERS__PIPER__DOWNLOAD": "never"}
    command = [sys.executable, "-m", "wyoming_tts", "dead-letters", *words, "--data-dir", str(data_dir)]
    return subprocess.run(command, check=False, env=env, capture_output=True, text=True, timeout=WITHIN_S)


def traces(data_dir: Path) -> list[str]:
    """Return the files in which any part of the text stands, in any encoding that sqlite knows."""
    needles = [part.encode(coding) for part in (TEXT, TEXT[:20], "nineteen") for coding in ("utf-8", "utf-16-le")]
    files = [file for file in data_dir.rglob("*") if file.is_file()]
    assert files
    return [file.name for file in files if any(needle in file.read_bytes() for needle in needles)]


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncIterator[Database]:
    database = Database(data_dir / DATABASE_NAME, SCHEMAS)
    await database.open()
    try:
        assert database.problem == ""
        yield database
    finally:
        await database.aclose()


async def test_budgets_survive(tmp_path: Path) -> None:
    await asyncio.to_thread(killed, tmp_path)
    async with opened(tmp_path) as database:
        ledger = Ledger(database)
        await ledger.load()
        assert ledger.spent("cloud")[Span.MONTH].chars == SPENT_CHARS
        assert ledger.spent("cloud")[Span.MONTH].money == 0.018
        with pytest.raises(BudgetExhausted):
            await ledger.reserve("cloud", BUDGET.characters_per_day or 0, BUDGET)


async def test_failed_requests_survive(tmp_path: Path) -> None:
    await asyncio.to_thread(killed, tmp_path)
    async with opened(tmp_path) as database:
        (letter,) = await DeadLetters(database, max_count=9, max_days=9, max_bytes=10**6).list()
    assert (letter.voice, letter.client, letter.chars, letter.text) == ("espeak/en-us", "10.0.0.5", len(TEXT), None)
    assert [failure.code for failure in letter.failures] == ["provider-unavailable", "no-audio"]
    hashed = TextHashes(kept_key(tmp_path / KEY_NAME)).begin()
    hashed.update(TEXT)
    assert letter.text_hash == hashed.hexdigest()


def test_without_the_owner_s_wish_the_text_is_nowhere(tmp_path: Path) -> None:
    killed(tmp_path)
    assert traces(tmp_path) == []
    (row,) = command_line(tmp_path, "list").stdout.splitlines()[1:]
    id_ = row.split()[0]
    shown = command_line(tmp_path, "show", id_).stdout
    assert "espeak: no-audio: espeak made no sound" in shown
    assert "not kept" in shown
    done = command_line(tmp_path, "replay", id_, "-o", str(tmp_path / "x.wav"))
    assert done.returncode == 1
    assert "`privacy.keep_failed_text: true`" in done.stderr
    assert not (tmp_path / "x.wav").exists()
    assert len(command_line(tmp_path, "list").stdout.splitlines()) == 2


def test_with_it_the_request_can_be_spoken_later_and_is_then_forgotten(tmp_path: Path) -> None:
    data_dir, wav = tmp_path / "data", tmp_path / "late.wav"
    killed(data_dir, "keep")
    assert traces(data_dir) != []
    id_ = command_line(data_dir, "list").stdout.splitlines()[1].split()[0]
    assert f"Text:       {TEXT}\n" in command_line(data_dir, "show", id_[:4]).stdout
    done = command_line(data_dir, "replay", id_[:4], "-o", str(wav))
    assert done.returncode == 0, done.stderr
    assert "spoken by espeak/en-us\n" in done.stderr
    assert done.stderr.endswith(f"{id_} was spoken and is dropped.\n")
    assert soundfile.info(wav).duration > 1
    assert traces(data_dir) == []
    assert command_line(data_dir, "list").stderr == "No request has failed.\n"


def test_what_cannot_be_replayed_now_is_kept(tmp_path: Path) -> None:
    killed(tmp_path, "keep")
    id_ = command_line(tmp_path, "list").stdout.splitlines()[1].split()[0]
    done = command_line(tmp_path, "replay", id_, "-o", str(tmp_path / "no" / "such" / "folder.wav"))
    assert done.returncode == 2
    assert len(command_line(tmp_path, "list").stdout.splitlines()) == 2
    assert command_line(tmp_path, "drop", "--all").stdout == "Dropped 1.\n"
    assert traces(tmp_path) == []
