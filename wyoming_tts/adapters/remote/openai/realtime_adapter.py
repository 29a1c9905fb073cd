"""OpenAI's Realtime API as a voice: experimental, since a model that converses is told to read aloud."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from wyoming_tts.adapters.remote.openai.adapter import OpenAiAdapter
from wyoming_tts.adapters.remote.openai.realtime_request import RATE_HZ, response_create, session_update
from wyoming_tts.adapters.remote.openai.realtime_speech import RealtimeSpeech
from wyoming_tts.adapters.remote.openai.speech_body import spoken_text
from wyoming_tts.adapters.remote.openai.transcript import Transcript
from wyoming_tts.errors import UtteranceRejected
from wyoming_tts.speech.audio import AudioFormat, AudioStream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import Chunk
    from wyoming_tts.speech.utterance import Utterance


class RealtimeAdapter(OpenAiAdapter):
    """Speaks by one websocket for each utterance; leaving closes it, and nothing more is made or billed."""

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Have one utterance read aloud; entered once words of it have been heard."""
        voice = await self.admitted(utterance)
        text = spoken_text(utterance.text, self.settings)
        transcript = Transcript(text)
        if transcript.empty:  # handed nothing but a dash, it would make up something to say
            raise UtteranceRejected("there are no words in it", provider=self.name)
        async with self.api.socket("realtime", query={"model": voice.model or ""}) as socket:
            await socket.send(session_update(utterance, voice, self.settings))
            await socket.send(response_create(text, voice))
            speech = RealtimeSpeech(socket, self.name, transcript)
            first = await anext(speech, None)
            yield AudioStream(AudioFormat(RATE_HZ), _From(first, speech))


class _From:
    """A chunk that was read already, and those behind it."""

    def __init__(self, first: Chunk | None, speech: RealtimeSpeech) -> None:
        self._first = first
        self._speech = speech

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        if self._first is None:
            return await anext(self._speech)
        first, self._first = self._first, None
        return first
