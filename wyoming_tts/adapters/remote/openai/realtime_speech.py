"""The audio of one response of a realtime session, as long as it says what it was told to say."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from wyoming_tts.errors import (
    BadAudio,
    NoAudio,
    ProviderError,
    ProviderUnavailable,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.net.refusal import failure_of, refusal_of
from wyoming_tts.speech.audio import Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.remote.openai.transcript import Transcript
    from wyoming_tts.net.api_socket import ApiSocket

REWORDED = "it said something else than the text"
MAX_HELD_BYTES = 16 * 1024**2
"""Of audio before any transcript: minutes. A server that sends none is not this API."""

_STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "insufficient_quota": 429,
    "invalid_api_key": 401,
}
"""What the code words of an error event would be over HTTP; anything else is the server's own failure."""


class RealtimeSpeech:
    """Yields PCM once words of the text have been heard to begin. An object and no generator."""

    def __init__(self, socket: ApiSocket, provider: str, transcript: Transcript) -> None:
        self._socket = socket
        self._provider = provider
        self._transcript = transcript
        self._held = bytearray()
        self._handed_on = False
        self._over = False

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        """Return the next audio. Raises BadAudio where the transcript leaves the text, and other ProviderErrors."""
        while not (self._transcript.begun and len(self._held) > 1):
            if self._over:
                raise StopAsyncIteration
            await self._advance()
        size = len(self._held) // 2 * 2
        pcm = bytes(self._held[:size])
        del self._held[:size]
        self._handed_on = True
        return Chunk(pcm)

    async def _advance(self) -> None:
        event = await self._socket.receive()
        if event is None:
            kind = SpeechCutOff if self._handed_on or self._held else ProviderUnavailable
            raise kind("the connection broke", provider=self._provider)
        match event.get("type"):
            case "response.output_audio.delta":
                self._hold(event.get("delta"))
            case "response.output_audio_transcript.delta":
                self._compare(event.get("delta"))
            case "response.done":
                self._finish(event.get("response"))
            case "error":
                raise self._failure(event.get("error"))

    def _hold(self, delta: Any) -> None:
        try:
            self._held += base64.b64decode(delta, validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise BadAudio("audio that is no base64", provider=self._provider) from error
        if len(self._held) > MAX_HELD_BYTES:
            raise BadAudio("audio without a transcript", provider=self._provider)

    def _compare(self, delta: Any) -> None:
        if not isinstance(delta, str) or not self._transcript.hear(delta):
            self._held.clear()
            raise BadAudio(REWORDED, provider=self._provider)

    def _finish(self, response: Any) -> None:
        """Take the end for one only where all of the text was said."""
        self._over = True
        response = response if isinstance(response, dict) else {}
        status, details = response.get("status"), response.get("status_details")
        details = details if isinstance(details, dict) else {}
        if status == "failed":
            raise self._failure(details.get("error"))
        if status != "completed":
            raise self._unfinished(details.get("reason"))
        if not (self._handed_on or self._held):
            raise NoAudio(provider=self._provider)
        if not self._transcript.whole:
            self._held.clear()
            raise BadAudio(REWORDED, provider=self._provider)

    def _unfinished(self, reason: Any) -> ProviderError:
        if reason == "content_filter" and not self._handed_on:
            return UtteranceRejected("its filter stopped it", provider=self._provider)
        return SpeechCutOff("it did not come to its end", provider=self._provider)

    def _failure(self, error: Any) -> ProviderError:
        if self._handed_on:
            return SpeechCutOff("it failed in the middle", provider=self._provider)
        words = [error.get("code"), error.get("type")] if isinstance(error, dict) else []
        status = next((_STATUSES[word] for word in words if isinstance(word, str) and word in _STATUSES), 500)
        return failure_of(refusal_of(status, {}, json.dumps({"error": error}).encode()), self._provider)
