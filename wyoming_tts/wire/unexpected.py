"""Where an exception that nobody expected came from, without its message: that may hold the spoken text."""

from __future__ import annotations

import traceback
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def where(error: BaseException) -> str:
    """Return the innermost place of ours in the traceback as `file:line`; of a group, its first error's."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if PACKAGE in Path(frame.filename).parents]
    innermost = (ours or frames)[-1:]
    return f"{innermost[0].filename}:{innermost[0].lineno}" if innermost else "unknown"
