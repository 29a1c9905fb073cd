from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.file import MAX_BYTES, read_text

if TYPE_CHECKING:
    from pathlib import Path


def test_utf8_is_read_with_and_without_its_mark(tmp_path: Path) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        (tmp_path / "f").write_bytes(mark + "Küche".encode())
        assert read_text(tmp_path / "f") == "Küche"


def test_each_failure_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"a: 1\nb: canary K\xfcche\n")
    (tmp_path / "large").write_bytes(b"#" * (MAX_BYTES + 1))
    for name, sentence in {
        "none": "there is no such file",
        ".": "is a folder",
        "latin": "latin:2: is not UTF-8 text",
        "large": "is larger than 256 KiB",
        "latin/below": "cannot be read",
    }.items():
        with pytest.raises(ConfigError, match=sentence) as caught:
            read_text(tmp_path / name)
        assert "\n" not in str(caught.value)
        assert "canary" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_somebody_elses_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    (tmp_path / "f").chmod(0)
    with pytest.raises(ConfigError, match="may not be read"):
        read_text(tmp_path / "f")
