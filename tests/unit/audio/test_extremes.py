"""Extremes are the same with numpy and without."""

from __future__ import annotations

import subprocess
import sys
from array import array
from importlib import import_module
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.audio.extremes import _plainly, extremes

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = st.lists(st.integers(-32768, 32767), min_size=1, max_size=40)


@given(SAMPLES, st.integers(1, 5), st.integers(1, 9))
def test_numpy_finds_what_plain_python_does(block: list[int], blocks: int, stride: int) -> None:
    import_module("numpy")
    pcm = memoryview(array("h", [*block * (blocks - 1), *reversed(block)]).tobytes())
    assert extremes(pcm, len(block), stride) == _plainly(pcm, len(block), stride)


def test_every_stride_th_sample_of_each_block_counts() -> None:
    pcm = memoryview(array("h", [1, 900, 2, -900, -5, 7, 8, 9]).tobytes())
    for find in (extremes, _plainly):
        assert find(pcm, 4, 2) == ([2, 8], [1, -5])
        assert find(pcm, 4, 1) == ([900, 9], [-900, -5])
        assert find(pcm[:0], 4, 1) == ([], [])


def test_numpy_is_not_imported_for_it() -> None:
    code = (
        "import sys\nfrom wyoming_tts.audio.extremes import extremes\n"
        "assert extremes(memoryview(bytes(8)), 2, 1) == ([0, 0], [0, 0])\nassert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


HALF_IMPORTED = """
import sys, threading
sys.path.insert(0, {folder!r})
begun, goes_on = threading.Event(), threading.Event()
importing = threading.Thread(target=lambda: __import__("numpy"))
importing.start()
assert begun.wait(10)
from wyoming_tts.audio.extremes import _loaded_numpy
assert "numpy" in sys.modules
assert _loaded_numpy() is None
goes_on.set()
importing.join()
assert _loaded_numpy().whole
"""


def test_a_numpy_that_another_thread_is_still_importing_is_not_used(tmp_path: Path) -> None:
    """Another one stands in front of the real one, whose import waits."""
    slow = "import __main__\n__main__.begun.set()\n__main__.goes_on.wait(10)\nwhole = True\n"
    (tmp_path / "numpy.py").write_text(slow, encoding="utf-8")
    subprocess.run([sys.executable, "-c", HALF_IMPORTED.format(folder=str(tmp_path))], check=True)
