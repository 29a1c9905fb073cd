"""The files of kept speech: whole or not there, and nobody else's to read."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

import pytest

from tests.fakes.speech_store import speech_of
from wyoming_tts.store.speech_files import BLOCK_BYTES, LEFT_BEHIND_S, MOST_BYTES, FoundFile, SpeechFiles
from wyoming_tts.store.stored_speech import KEY_BYTES

if TYPE_CHECKING:
    from pathlib import Path

KEY, OTHER = b"k" * KEY_BYTES, b"o" * KEY_BYTES


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    files = SpeechFiles(tmp_path / "cache" / "speech")
    files.write(KEY, speech_of("one"))
    files.write(KEY, speech_of("two"))
    assert files.read(KEY) == speech_of("two")
    assert files.read(OTHER) is None
    (path,) = (tmp_path / "cache" / "speech").iterdir()
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    files.remove([KEY, OTHER])
    assert files.read(KEY) is None


def test_a_file_of_another_key_is_removed_and_not_read(tmp_path: Path) -> None:
    files = SpeechFiles(tmp_path)
    files.write(OTHER, speech_of("other"))
    files._path(OTHER).rename(files._path(KEY))
    assert files.read(KEY) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_larger_than_any_speech_is_not_read(tmp_path: Path) -> None:
    files = SpeechFiles(tmp_path)
    with files._path(KEY).open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert files.read(KEY) is None
    assert list(tmp_path.iterdir()) == []


def test_parts_left_behind_go_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    files = SpeechFiles(tmp_path)
    assert list(SpeechFiles(tmp_path / "none").found()) == []
    files.write(KEY, speech_of("one", pcm_bytes=BLOCK_BYTES))
    old, new = tmp_path / "x.1234.part", tmp_path / "y.1234.part"
    for path in (old, new, tmp_path / "notes.speech", tmp_path / ("z" * 2 * KEY_BYTES + ".speech")):
        path.write_bytes(b"")
    past = time.time() - LEFT_BEHIND_S - 1
    os.utime(old, (past, past))
    os.utime(files._path(KEY), (5000, 5000))
    assert list(files.found()) == [FoundFile(KEY, 2 * BLOCK_BYTES, 5000.0)]
    assert not old.exists()
    assert new.exists()
    assert len(list(tmp_path.iterdir())) == 4


def test_a_disk_that_refuses_leaves_nothing_behind(tmp_path: Path) -> None:
    files = SpeechFiles(tmp_path)
    files._path(KEY).mkdir()
    with pytest.raises(OSError, match="directory"):
        files.write(KEY, speech_of("one"))
    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY.hex()}.speech"]
    with pytest.raises(OSError, match="directory"):
        files.read(KEY)
    files.remove([KEY])
