"""The audio of one request, from the first chunk to the last: one format, in order, whoever speaks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wyoming_tts.audio.resample import Resampler
from wyoming_tts.errors import AllProvidersFailed, BadAudio, ProviderError
from wyoming_tts.speech.audio import AudioFormat, Chunk
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.attempt import Attempt
from wyoming_tts.synthesis.pipe import ChunkPipe
from wyoming_tts.synthesis.playout import Playout
from wyoming_tts.synthesis.reading import Reading
from wyoming_tts.synthesis.remainder import remainder
from wyoming_tts.text.utterances import UtterancePlanner, speech_seconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.synthesis.chain import Chain
    from wyoming_tts.synthesis.provider import Link
    from wyoming_tts.synthesis.record import RequestRecord
    from wyoming_tts.telemetry.clock import Clock

PREPARED_AHEAD = 2
"""Utterances begun beside the one that is playing: the next is ready when its turn comes, and little is thrown away
when the chain falls back."""

READY_BYTES = 64 * 1024
"""Finished audio waiting for the client, 1.5 s at 22,050 Hz; behind it everything else waits."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How answers are given: the owner's settings that matter here."""

    max_utterance_chars: int = 300
    code_blocks: Literal["skip", "speak"] = "skip"
    first_audio_s: float = 5.0
    """Patience with a link while another stands behind it."""
    last_first_audio_s: float = 10.0
    lead_in_s: float = 0.0
    tail_s: float = 0.0


@dataclass(slots=True)
class _Part:
    """An utterance's text on its way, with the attempt that was begun for it ahead of its turn."""

    text: str
    previous_text: str
    attempt: Attempt

    @property
    def unsent_s(self) -> float:
        return max(0.0, speech_seconds(self.text) - self.attempt.heard_s)


class Answer:
    """Holds the chain's current link for the whole of it; built and run by the Speaker."""

    def __init__(
        self, request: SpeechRequest, chain: Chain, manner: Manner, *, record: RequestRecord, clock: Clock
    ) -> None:
        self._request = request
        self._chain = chain
        self._manner = manner
        self._record = record
        self._reading = Reading(request, max_chars=manner.max_utterance_chars, code_blocks=manner.code_blocks)
        self._planner = UtterancePlanner(max_chars=manner.max_utterance_chars)
        self._playout = Playout(clock)
        self._pipe = ChunkPipe(READY_BYTES)
        self._parts: asyncio.Queue[_Part | None] = asyncio.Queue()
        self._on_the_way: list[_Part] = []
        self._room = asyncio.Semaphore(PREPARED_AHEAD + 1)
        self._tasks = asyncio.TaskGroup()
        self._format: AudioFormat | None = None

    @property
    def format(self) -> AudioFormat:
        """16-bit mono at the rate of the link that spoke first; known once the first chunk has come."""
        if self._format is None:
            raise RuntimeError("the format is known with the first chunk")
        return self._format

    def chunks(self) -> AsyncIterator[Chunk]:
        """Yield the audio; no chunk at all where there was nothing to say. Raises TtsError."""
        return self._pipe.chunks()

    async def run(self) -> None:
        """Read, prepare and play until the text has ended; a failure reaches the reader of `chunks`."""
        try:
            async with self._tasks:
                self._tasks.create_task(self._reading.run())
                self._tasks.create_task(self._prepare())
                await self._play()
        except* Exception as group:  # noqa: BLE001 - handed on: the reader of `chunks` raises it
            self._pipe.end(_first_leaf(group))
        finally:
            self._record.chars = self._reading.chars
            self._record.failures = [error.code for error in self._chain.failures]
            self._pipe.end()

    async def _prepare(self) -> None:
        previous_text = ""
        while True:
            await self._room.acquire()
            if not await self._reading.available():
                break
            in_hand_s = self._playout.in_hand_s() + sum(part.unsent_s for part in self._on_the_way)
            count = self._planner.plan(
                self._reading.waiting(),
                in_hand_s,
                first=not previous_text,
                joinable=not self._chain.current.sentence_pause_s,
            )
            text = self._reading.take(count)
            part = _Part(text, previous_text, self._begin(text, previous_text, due_s=in_hand_s))
            self._on_the_way.append(part)
            self._parts.put_nowait(part)
            previous_text = text
        self._parts.put_nowait(None)

    async def _play(self) -> None:
        spoke = silent = False
        while (part := await self._parts.get()) is not None:
            if await self._say(part):
                spoke = True
            else:
                silent = True
            self._on_the_way.remove(part)
            self._room.release()
        if spoke:
            await self._put_silence(self._manner.tail_s)
        elif silent:
            raise AllProvidersFailed(self._chain.failures)

    def _begin(self, text: str, previous_text: str, *, due_s: float = 0.0, cacheable: bool = True) -> Attempt:
        link = self._chain.current
        patience_s = self._manner.last_first_audio_s if self._chain.is_last else self._manner.first_audio_s
        utterance = Utterance(
            text=text,
            voice=link.voice,
            speaker=link.speaker,
            prosody=link.prosody,
            answer_id=self._request.id,
            previous_text=previous_text,
            cacheable=cacheable,
            due_s=due_s,
            patience_s=patience_s + due_s,
        )
        attempt = Attempt(link, utterance)
        attempt.start(self._tasks)
        return attempt

    async def _say(self, part: _Part) -> bool:
        """Say the part by whatever link can, and return whether it made a sound; raises AllProvidersFailed."""
        if part.attempt.link is not self._chain.current:
            part.attempt.cancel()
            part.attempt = self._begin(part.text, part.previous_text)
        heard = False
        while True:
            attempt = part.attempt
            try:
                await self._relay(attempt, goes_on=heard)
            except ProviderError as error:
                if isinstance(error, BadAudio) and self._chain.is_last and not attempt.heard_s:
                    self._chain.failures.append(error)
                    return False
                self._chain.fell(attempt.link, error)
                heard = heard or attempt.heard_s > 0
                rest = remainder(attempt.utterance, attempt.marks, attempt.heard_s)
                part.attempt = self._begin(rest.text, part.previous_text, cacheable=rest.cacheable)
            else:
                self._chain.succeeded()
                return True

    async def _relay(self, attempt: Attempt, *, goes_on: bool) -> None:
        """Hand on all audio of an attempt in the answer's format, also what came before a failure.

        `goes_on` says that it carries on an utterance that was begun, so that no pause belongs before it.
        """
        resampler: Resampler | None = None
        try:
            async for chunk in attempt.chunks():
                if resampler is None:
                    await self._open(attempt.link, attempt.format, goes_on=goes_on)
                    resampler = Resampler(attempt.format, self.format)
                await self._put(resampler.feed(chunk.pcm))
        except ProviderError:
            if resampler is not None:
                await self._put(resampler.finish())
            raise
        if resampler is not None:
            await self._put(resampler.finish())

    async def _open(self, link: Link, native: AudioFormat, *, goes_on: bool) -> None:
        """Fix the format with the very first audio; keep the pause before any later utterance."""
        self._record.spoke(link.name)
        if self._format is None:
            self._format = native
            await self._put_silence(self._manner.lead_in_s)
        elif not goes_on:
            await self._put_silence(link.sentence_pause_s)

    async def _put_silence(self, seconds: float) -> None:
        await self._put(bytes(self.format.size(seconds)))

    async def _put(self, pcm: bytes) -> None:
        if pcm:
            seconds = self.format.seconds(len(pcm))
            await self._pipe.put(Chunk(pcm))
            self._playout.sent(seconds)
            self._record.heard(seconds)


def _first_leaf(error: BaseException) -> Exception:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, Exception):
        raise error
    return error
