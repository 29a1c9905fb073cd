"""Tasks of a group that end for a reason: a bug somewhere must not look like an end in good order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wyoming_tts.errors import TtsError

if TYPE_CHECKING:
    from collections.abc import Coroutine

INTERRUPTED = "The answer was interrupted."


async def unbroken(work: Coroutine[None, None, None]) -> None:
    """Do the work; raises TtsError for a CancelledError that nobody asked for, which a group would take for its end."""
    try:
        await work
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise TtsError(INTERRUPTED) from error


def first_leaf(error: BaseException) -> Exception:
    """Return the first exception of nested groups; raises what is no Exception."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, Exception):
        raise error
    return error
