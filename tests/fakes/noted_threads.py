"""Threads for the blocking work of a loop that note what they were given."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class NotedThreads(ThreadPoolExecutor):
    """For `set_default_executor`: what `asyncio.to_thread` is asked to do is `noted` by name."""

    def __init__(self) -> None:
        super().__init__(1)
        self.noted: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        work = fn.args[0] if isinstance(fn, partial) and fn.args else fn  # `to_thread` wraps it in its context
        self.noted.append(getattr(work, "__name__", ""))
        return super().submit(fn, *args, **kwargs)
