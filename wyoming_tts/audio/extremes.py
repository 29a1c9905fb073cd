"""The highest and the lowest sample of each block of PCM."""

from __future__ import annotations

import sys
from typing import Any


def extremes(pcm: memoryview, samples: int, stride: int) -> tuple[list[int], list[int]]:
    """Return the highest and the lowest of every `stride`-th sample of each block of so many 16-bit mono samples.

    The PCM is whole blocks. numpy does it in a tenth of the time and to the same result; it is used where somebody has
    imported it, and not waited for: that takes longer than speech may.
    """
    numpy = _loaded_numpy()
    if numpy is None or not pcm:
        return _plainly(pcm, samples, stride)
    blocks = numpy.frombuffer(pcm, dtype="<i2").reshape(-1, samples)[:, ::stride]
    return numpy.maximum.reduce(blocks, axis=1).tolist(), numpy.minimum.reduce(blocks, axis=1).tolist()


def _plainly(pcm: memoryview, samples: int, stride: int) -> tuple[list[int], list[int]]:
    view = pcm.cast("h")
    blocks = [view[start : start + samples : stride].tolist() for start in range(0, len(view), samples)]
    return list(map(max, blocks)), list(map(min, blocks))


def _loaded_numpy() -> Any:
    """Return numpy, or None while nobody has imported it to the end."""
    numpy = sys.modules.get("numpy")
    # So the import system itself tells a module that another thread is still importing.
    return None if getattr(getattr(numpy, "__spec__", None), "_initializing", False) else numpy
