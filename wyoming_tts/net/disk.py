"""File work off the event loop, with its failures as sentences for the owner."""

from __future__ import annotations

import asyncio
import errno
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from wyoming_tts.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

P = ParamSpec("P")
T = TypeVar("T")

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LOCKED = (errno.EROFS, errno.EACCES, errno.EPERM)


async def on_disk(path: Path, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in a thread and return what it returns; `path` is what the owner reads about if it fails.

    Also when cancelled it is left only once the thread has finished, so that no stray write comes after the caller
    has closed the file or given back its lock. Raises ConfigError in place of OSError.
    """
    running = asyncio.get_running_loop().run_in_executor(None, partial(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()  # seen here, since nobody else will ask
        raise
    except OSError as error:
        raise ConfigError(disk_problem(path, error)) from error


def disk_problem(path: Path, error: OSError) -> str:
    """Say in one sentence why `path` could not be worked on."""
    if error.errno in _FULL:
        return f"The disk is full: there is no room for {path}. Free some space and try again."
    if error.errno in _LOCKED:
        return f"{path} cannot be written: the folder is read-only or belongs to another user."
    return f"{path} cannot be used: {error.strerror or type(error).__name__}."
