"""Where an exception that nobody expected came from, without its message: that may hold the spoken text."""

from __future__ import annotations

import traceback


def where(error: BaseException) -> str:
    """Return the innermost place of the traceback as `file:line`."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
