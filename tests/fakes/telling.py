"""All that a log or a page could show of an error."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def told(error: BaseException) -> str:
    """Return the error, and what led to it by `raise from` or by chance, as text and as representations."""
    parts = [f"{part} {part!r} {part.args!r}" for part in _chain(error)]
    return "\n".join(["".join(traceback.format_exception(error)), *parts])


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        part = waiting.pop()
        if part is not None and id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting += [part.__cause__, part.__context__]
