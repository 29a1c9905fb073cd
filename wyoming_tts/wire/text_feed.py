"""A request's text on its way from the socket to the speaker."""

from __future__ import annotations

import asyncio

from wyoming_tts.errors import TextTooLong


class TextFeed:
    """Filled by the reader of the connection, iterated by one consumer; pieces that wait are joined."""

    def __init__(self, limit_chars: int) -> None:
        self._limit_chars = limit_chars
        self._waiting: list[str] = []
        self._changed = asyncio.Event()
        self._begun = asyncio.Event()
        self._closed = asyncio.Event()
        self.chars = 0
        """Of all text so far."""
        self.has_text = False
        """Something that is not blank has come."""

    def put(self, text: str) -> None:
        """Add a piece. Raises TextTooLong."""
        self.chars += len(text)
        if self.chars > self._limit_chars:
            raise TextTooLong(limit_chars=self._limit_chars)
        if text:
            self._waiting.append(text)
            self._begun.set()
            self.has_text = self.has_text or not text.isspace()
            self._changed.set()

    def close(self) -> None:
        """Say that no more text comes."""
        self._closed.set()
        self._begun.set()
        self._changed.set()

    async def begun(self) -> None:
        """Wait for the first text, or for the end of one without any."""
        await self._begun.wait()

    async def ended(self) -> None:
        """Wait until the client has said that no more text comes."""
        await self._closed.wait()

    def __aiter__(self) -> TextFeed:
        return self

    async def __anext__(self) -> str:
        while not self._waiting:
            if self._closed.is_set():
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        text = "".join(self._waiting)
        self._waiting.clear()
        return text
