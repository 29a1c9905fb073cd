"""From the client's text, in whatever chunks it comes, to pieces that can be spoken."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Literal

from wyoming_tts.text.clean import Cleaner
from wyoming_tts.text.sentences import SentenceSplitter
from wyoming_tts.text.ssml import spoken_text
from wyoming_tts.text.utterances import bounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.speech.utterance import Sentence

TURN_CHARS = 256
"""Text cleaned in one go, about 1 ms of work: then the first sentence is on its way, and others get a turn."""

LOOKED_AT = 50
"""Pieces that one utterance may be grouped from; 50 one-word sentences already fill it."""


class Reading:
    """Cleans and splits a request's text while it arrives; pieces wait here until somebody takes them."""

    def __init__(self, request: SpeechRequest, *, max_chars: int, code_blocks: Literal["skip", "speak"]) -> None:
        self._request = request
        self._max_chars = max_chars
        self._cleaner = Cleaner(code_blocks=code_blocks)
        self._splitter = SentenceSplitter()
        self._changed = asyncio.Event()
        self._ended = False
        self._waiting: deque[str] = deque()
        self.chars = 0
        """Characters of text that came from the client."""

    async def run(self) -> None:
        """Read the text to its end; whatever the text's source raises goes through."""
        if self._request.ssml:
            markup = [chunk async for chunk in self._request.texts]
            await self._feed(spoken_text("".join(markup)))
        else:
            async for chunk in self._request.texts:
                await self._feed(chunk)
        self._accept(self._splitter.feed(self._cleaner.finish()))
        self._accept(self._splitter.finish())
        self._ended = True
        self._changed.set()

    async def _feed(self, text: str) -> None:
        self.chars += len(text)
        for start in range(0, len(text), TURN_CHARS):
            self._accept(self._splitter.feed(self._cleaner.feed(text[start : start + TURN_CHARS])))
            if len(text) > TURN_CHARS:
                await asyncio.sleep(0)

    def _accept(self, sentences: Sequence[Sentence]) -> None:
        for sentence in sentences:
            self._waiting.extend(bounded(sentence.text, self._max_chars))
        if sentences:
            self._changed.set()

    def waiting(self) -> list[str]:
        """Return the next sentences, or parts of overlong ones, that were not taken yet."""
        return list(islice(self._waiting, LOOKED_AT))

    async def available(self) -> bool:
        """Wait until a piece waits; return False when the text has ended and all was taken."""
        while not self._waiting and not self._ended:
            self._changed.clear()
            await self._changed.wait()
        return bool(self._waiting)

    def take(self, count: int) -> str:
        """Remove the next `count` pieces and return them as one text."""
        return " ".join(self._waiting.popleft() for _ in range(count))
