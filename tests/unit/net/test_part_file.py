"""What is on the disk and what is counted are the same bytes, whatever happened before."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.errors import ConfigError
from wyoming_tts.net.part_file import PartFile

if TYPE_CHECKING:
    from pathlib import Path

DATA = bytes(range(256)) * 8192  # two blocks


async def test_it_grows_and_counts(tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    for end in (1_000_000, len(DATA)):
        async with PartFile(path, len(DATA)) as part:
            await part.write(DATA[part.size : end])
            await part.sync()
            assert part.size == end
            assert part.md5 == hashlib.md5(DATA[:end]).hexdigest()
    assert path.read_bytes() == DATA


async def test_a_restart_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(b"old")
    async with PartFile(path, 10) as part:
        assert part.size == 3
        await part.restart()
        await part.write(b"n")
        assert part.md5 == hashlib.md5(b"n").hexdigest()
    assert path.read_bytes() == b"n"


async def test_more_than_the_file_can_have_is_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(b"x" * 11)
    async with PartFile(path, 10) as part:
        assert part.size == 0
    assert path.read_bytes() == b""


async def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        async with PartFile(tmp_path, 10):
            pass
