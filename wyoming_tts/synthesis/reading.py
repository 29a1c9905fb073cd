"""From the client's text, in whatever chunks it comes, to pieces that can be spoken."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

import regex

from wyoming_tts.text.clean import Cleaner
from wyoming_tts.text.first_clause import OpenSentence, first_clause
from wyoming_tts.text.sentences import SentenceSplitter, is_speakable
from wyoming_tts.text.ssml import spoken_text
from wyoming_tts.text.utterances import bounded

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence

    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.speech.utterance import Sentence

TURN_CHARS = 256
"""Text cleaned in one go, about 1 ms of work: then the first sentence is on its way, and others get a turn."""

LOOKED_AT = 50
"""Pieces that one utterance may be grouped from; 50 one-word sentences already fill it."""

PAUSE_S = 0.5
"""A client that writes nothing for so long is not in the middle of a word: tokens come every 20 to 100 ms."""

TAIL_CHARS = 16
_FINISHED = regex.compile(r"[\p{L}\p{N}\p{Pe}%°][*_]*[\p{Sentence_Terminal}…]+[\p{Pe}\p{Pf}\p{Pi}\"'*_]*\s*\Z")
"""A word with the end of a sentence behind it, whatever marks stand round it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or a part of one."""

    text: str
    begins_sentence: bool
    ends_sentence: bool

    def within(self, max_chars: int) -> list[Piece]:
        """Return it in pieces of at most `max_chars`."""
        texts = bounded(self.text, max_chars)
        last = len(texts) - 1
        return [
            Piece(text, self.begins_sentence and place == 0, self.ends_sentence and place == last)
            for place, text in enumerate(texts)
        ]


class Reading:
    """Cleans and splits a request's text while it arrives; pieces wait here until somebody takes them."""

    def __init__(
        self,
        request: SpeechRequest,
        *,
        max_chars: int,
        code_blocks: Literal["skip", "speak"],
        pause_s: float = PAUSE_S,
        clause_after_s: float | None = None,
        listeners: Sequence[Callable[[str], None]] = (),
    ) -> None:
        """Prepare to read.

        Args:
            request: Its text is read.
            max_chars: The longest piece.
            code_blocks: What happens to code.
            pause_s: A text stream that is silent so long is not in the middle of a word.
            clause_after_s: Seconds of a text stream after which a clause is enough to begin with; None waits for the
                first sentence.
            listeners: Are told all text in the order it comes, before any of it can be spoken.

        """
        self._request = request
        self._max_chars = max_chars
        self._cleaner = Cleaner(code_blocks=code_blocks)
        self._splitter = SentenceSplitter()
        self._pause_s = pause_s
        self._listeners = tuple(listeners)
        self._tail = ""
        self._clause_after_s = clause_after_s if request.streamed else None
        self._open = OpenSentence() if self._clause_after_s is not None else None
        """While nothing but a clause can have been taken."""
        self._began_at: float | None = None
        """When the first text came, on the loop's clock."""
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._ended = False
        self._waiting: deque[Piece] = deque()
        """What was not taken yet."""

    async def run(self) -> None:
        """Read the text to its end; whatever the text's source raises goes through."""
        if self._request.ssml:
            markup = [chunk async for chunk in self._request.texts]
            await self._feed(await asyncio.to_thread(spoken_text, "".join(markup)))
        elif self._request.streamed:
            async for chunk in _with_pauses(self._request.texts, self._pause_s):
                await (self._pause() if chunk is None else self._feed(chunk))
        else:
            async for chunk in self._request.texts:
                await self._feed(chunk)
        self._accept(self._splitter.feed(self._cleaner.finish()))
        self._accept(self._splitter.finish())
        self._ended = True
        self._changed.set()

    async def _pause(self) -> None:
        """Let go of a finished sentence that waits to see what follows it: an assistant's tool call takes minutes."""
        if _FINISHED.search(self._tail):
            self._accept(self._splitter.feed(self._cleaner.feed(" ")))
            self._accept(self._splitter.pause())
        self._begin_with_clause(paused=True)

    async def _feed(self, text: str) -> None:
        for listener in self._listeners:
            listener(text)
        self._tail = (self._tail + text)[-TAIL_CHARS:]
        if self._began_at is None:
            self._began_at = asyncio.get_running_loop().time()
        for start in range(0, len(text), TURN_CHARS):
            self._split(text[start : start + TURN_CHARS])
            if len(text) > TURN_CHARS:
                await asyncio.sleep(0)
                if self._waiting:  # enough to begin with: reading on would only hold up the first utterance
                    await self._wanted.wait()

    def _split(self, text: str) -> None:
        cleaned = self._cleaner.feed(text)
        if self._open is not None:
            self._open.feed(cleaned)
        self._accept(self._splitter.feed(cleaned))
        self._begin_with_clause()

    def _accept(self, sentences: Sequence[Sentence]) -> None:
        for sentence in sentences:
            text = sentence.text if self._open is None else self._open.rest_of(sentence.text)
            if self._open is not None and not self._open.begun:
                self._open = None
            if is_speakable(text):
                self._wait(Piece(text, begins_sentence=text == sentence.text, ends_sentence=True))
        if sentences:
            self._changed.set()

    def _begin_with_clause(self, *, paused: bool = False) -> None:
        """Let the first clause go where its sentence is a long time coming."""
        if self._open is None or self._open.begun or self._began_at is None or self._clause_after_s is None:
            return
        if asyncio.get_running_loop().time() - self._began_at < self._clause_after_s:
            return
        if clause := self._open.take_clause(paused=paused):
            self._wait(Piece(clause, begins_sentence=True, ends_sentence=False))
            self._changed.set()

    def _wait(self, piece: Piece) -> None:
        """Let the piece, or the parts of an overlong one, wait to be taken."""
        self._waiting.extend(piece.within(self._max_chars))

    def waiting(self) -> list[str]:
        """Return the next sentences, or parts of overlong ones, that were not taken yet."""
        return [piece.text for piece in islice(self._waiting, LOOKED_AT)]

    @property
    def coming(self) -> str:
        """What is to be taken next; "" where that is not known yet."""
        return self._waiting[0].text if self._waiting else ""

    def read_on(self) -> None:
        """Read without stopping from now on."""
        self._wanted.set()

    async def available(self) -> bool:
        """Wait until a piece waits; return False when the text has ended and all was taken."""
        if not self._waiting:
            self.read_on()
        while not self._waiting and not self._ended:
            self._changed.clear()
            await self._changed.wait()
        return bool(self._waiting)

    def take(self, count: int, max_chars: int) -> list[Piece]:
        """Remove and return the next `count` pieces; what is too long of a single one stays."""
        if count == 1:
            first, *others = self._waiting.popleft().within(max_chars)
            self._waiting.extendleft(reversed(others))
            return [first]
        return [self._waiting.popleft() for _ in range(count)]

    def take_clause(self) -> Piece:
        """Remove and return the first clause of the next piece, or all of it where it is better said as a whole."""
        piece = self._waiting.popleft()
        end = first_clause(piece.text, ended=True) if piece.begins_sentence else 0
        if not end:
            return piece
        self._waiting.appendleft(Piece(piece.text[end:], begins_sentence=False, ends_sentence=piece.ends_sentence))
        return Piece(piece.text[:end].rstrip(), begins_sentence=True, ends_sentence=False)


async def _with_pauses(texts: AsyncIterable[str], pause_s: float) -> AsyncIterator[str | None]:
    """Yield the chunks, and None once whenever none came for `pause_s`."""
    chunks = aiter(texts)
    while True:
        following = asyncio.ensure_future(anext(chunks))
        try:
            await asyncio.wait([following], timeout=pause_s)
            if not following.done():
                yield None
            yield await following
        except StopAsyncIteration:
            return
        finally:
            following.cancel()
