"""The picture can be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.side_by_side.heard import Heard
from benchmarks.side_by_side.lineup import MEMORY, OURS, PEER
from benchmarks.side_by_side.plot import plot

if TYPE_CHECKING:
    from pathlib import Path


def test_a_picture_is_written(tmp_path: Path) -> None:
    file = tmp_path / "images" / "picture.png"
    answer = Heard(0.0, ((0.1, 1.0), (0.2, 1.0)), 0.3)
    plot({"40 characters": {OURS: [0.1, 0.2], PEER: [0.4], MEMORY: [0.001]}}, {OURS: answer, PEER: answer}, file)
    assert file.read_bytes().startswith(b"\x89PNG")
