"""The announced name never changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.wire.instance_name import FILE_NAME, instance_name

if TYPE_CHECKING:
    from pathlib import Path


def test_name_survives_restarts(tmp_path: Path) -> None:
    name = instance_name(tmp_path / "data")
    assert re.fullmatch(r"wyoming-tts-[0-9a-f]{12}", name)
    assert instance_name(tmp_path / "data") == name
    assert instance_name(tmp_path / "other") != name
    assert [path.name for path in (tmp_path / "data").iterdir()] == [FILE_NAME]


@pytest.mark.parametrize("damaged", [b"", b"\xff\xfe", b"abc", b"x" * 100_000, b"0123456789AB"])
def test_damaged_file_is_replaced(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(damaged)
    name = instance_name(tmp_path)
    assert instance_name(tmp_path) == name
    assert name.removeprefix("wyoming-tts-") == (tmp_path / FILE_NAME).read_text().strip()


def test_data_directory_that_cannot_be_written_gives_a_stable_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    name = instance_name(tmp_path / "file")
    assert re.fullmatch(r"wyoming-tts-[0-9a-f]{12}", name)
    assert instance_name(tmp_path / "file") == name
