"""The body of `/stream/with-timestamps`: JSON objects with audio and times."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from wyoming_tts.adapters.remote.elevenlabs.json_objects import JsonObjects
from wyoming_tts.errors import BadAudio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.remote.elevenlabs.timed_audio import TimedAudio
    from wyoming_tts.speech.audio import Mark


class TimedBody:
    """Yields the audio's bytes, never none at a time. Raises ProviderError."""

    def __init__(self, body: AsyncIterator[bytes], audio: TimedAudio, *, provider: str) -> None:
        self._body = body
        self._audio = audio
        self._provider = provider
        self._json = JsonObjects(provider)
        self._objects: deque[dict[str, Any]] = deque()
        self._marks: list[Mark] = []
        self._ended = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while True:
            while self._objects:
                if audio := self._read(self._objects.popleft()):
                    return audio
            if self._ended:
                raise StopAsyncIteration
            await self._receive()

    def marks(self) -> tuple[Mark, ...]:
        """Return the words that begin in what was read since the last time."""
        marks, self._marks = self._marks, []
        return tuple(marks)

    async def _receive(self) -> None:
        try:
            data = await anext(self._body)
        except StopAsyncIteration:
            self._ended = True
            self._json.end()
        else:
            self._objects.extend(self._json.feed(data))

    def _read(self, message: dict[str, Any]) -> bytes:
        if "audio_base64" not in message:
            raise BadAudio("an object without audio", provider=self._provider)
        audio, marks = self._audio.take(message, "audio_base64")
        self._marks += marks
        return audio
