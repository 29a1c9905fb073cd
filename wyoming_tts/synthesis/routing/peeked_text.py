"""The beginning of a text, looked at before anybody reads it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

_SENTENCE_END = regex.compile(r"[\p{Sentence_Terminal}…][\p{Pe}\p{Pf}\"'*_]*(?:\s|\Z)")


def letters(text: str) -> int:
    """Return how many letters are in the text."""
    return sum(character.isalpha() for character in text)


class PeekedText:
    """Yields all of a text, also what `beginning` has looked at. `aclose` it, since a read may be under way."""

    def __init__(self, texts: AsyncIterable[str]) -> None:
        self._source = aiter(texts)
        self._seen: deque[str] = deque()
        self._reading: asyncio.Future[str] | None = None

    async def beginning(self, *, max_chars: int, min_letters: int, pause_s: float | None) -> str:
        """Wait for enough text to judge it by, and return it; a failure of the source is left to who reads on.

        That is a whole sentence of `min_letters`, `max_chars`, the end, or (once something has come) a pause.
        """
        while not _is_enough(text := "".join(self._seen), max_chars, min_letters):
            self._reading = asyncio.ensure_future(anext(self._source))
            await asyncio.wait([self._reading], timeout=pause_s if text else None)
            if not self._reading.done() or self._reading.cancelled() or self._reading.exception() is not None:
                break
            self._seen.append(self._reading.result())
            self._reading = None
        return "".join(self._seen)[:max_chars]

    def __aiter__(self) -> PeekedText:
        return self

    async def __anext__(self) -> str:
        if self._seen:
            return self._seen.popleft()
        reading, self._reading = self._reading, None
        return await (anext(self._source) if reading is None else reading)

    async def aclose(self) -> None:
        """End a read that is still under way; may be called twice."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])
            if not reading.cancelled():
                reading.exception()  # nobody is left to be told


def _is_enough(text: str, max_chars: int, min_letters: int) -> bool:
    return len(text) >= max_chars or (letters(text) >= min_letters and _SENTENCE_END.search(text) is not None)
