"""One utterance on its way through a session."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from wyoming_tts.adapters.remote.elevenlabs.alignment import Alignment
from wyoming_tts.adapters.remote.elevenlabs.timed_audio import TimedAudio, bytes_per_s

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.remote.elevenlabs.speech_request import SpeechRequest
    from wyoming_tts.errors import ProviderError
    from wyoming_tts.speech.audio import Mark

MESSAGES_AHEAD = 16
"""Of up to a second each, kept for a listener: then the next utterance is asked for while this one still plays."""
BYTES_AHEAD = 2 * 1024**2
"""Whatever the size of its messages."""


class Turn:
    """The session puts audio in, its reader takes it out; neither waits for the other longer than it must."""

    def __init__(self, request: SpeechRequest, provider: str) -> None:
        self.request = request
        self.audio = TimedAudio(
            Alignment(request.text), bytes_per_s=bytes_per_s(request.output_format), provider=provider
        )
        self.at_door = False
        """It failed before a websocket was open."""
        self.done = False
        """Nothing more comes in."""
        self._waiting: deque[tuple[bytes, list[Mark]]] = deque()
        self._marks: list[Mark] = []
        self._error: ProviderError | None = None
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def _is_full(self) -> bool:
        return len(self._waiting) >= MESSAGES_AHEAD or sum(len(audio) for audio, _ in self._waiting) >= BYTES_AHEAD

    async def put(self, audio: bytes, marks: list[Mark]) -> None:
        """Hand on a message's audio; waits while too much lies unread."""
        while self._is_full:
            self._room.clear()
            await self._room.wait()
        self._waiting.append((audio, marks))
        self._news.set()

    def finish(self, error: ProviderError | None = None) -> None:
        """Say that this was all, or why it stops; only the first time counts."""
        if not self.done:
            self.done = True
            self._error = error
            self._news.set()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not self._waiting and not self.done:
            self._news.clear()
            await self._news.wait()
        if self._waiting:
            audio, marks = self._waiting.popleft()
            self._marks += marks
            self._room.set()
            return audio
        error, self._error = self._error, None
        raise StopAsyncIteration if error is None else error

    def marks(self) -> tuple[Mark, ...]:
        """Return the words that begin in what was read since the last time."""
        marks, self._marks = self._marks, []
        return tuple(marks)
