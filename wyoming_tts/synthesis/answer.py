"""The audio of one request, from the first chunk to the last: in order, whoever speaks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wyoming_tts.errors import AllProvidersFailed, NoAudio, ProviderError, ProviderTimeout
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.attempt import Attempt
from wyoming_tts.synthesis.output import Output
from wyoming_tts.synthesis.reading import Reading
from wyoming_tts.synthesis.remainder import remainder
from wyoming_tts.text.utterances import UtterancePlanner, speech_seconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioFormat, Chunk
    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.synthesis.chain import Chain
    from wyoming_tts.synthesis.record import RequestRecord
    from wyoming_tts.telemetry.clock import Clock

PREPARED_AHEAD = 2
"""Utterances begun beside the one that is playing: the next is ready when its turn comes, and little is thrown away
when the chain falls back."""

HELD_UP_S = 0.5
"""A client that stopped reading this long while an utterance was prepared explains why its first audio is late."""


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
    """An utterance's text on its way, with the attempt that is being made for it."""

    text: str
    previous_text: str
    begins_sentence: bool
    attempt: Attempt
    held_up_s: float
    """How long the output had been held up when the attempt began."""

    @property
    def unsent_s(self) -> float:
        return max(0.0, speech_seconds(self.text) / self.attempt.utterance.prosody.speed - self.attempt.heard_s)


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
        self._output = Output(
            lead_in_s=manner.lead_in_s,
            tail_s=manner.tail_s,
            on_first_audio=self._on_first_audio,
            record=record,
            clock=clock,
        )
        self._parts: asyncio.Queue[_Part | None] = asyncio.Queue()
        self._on_the_way: list[_Part] = []
        self._room = asyncio.Semaphore(1)
        self._tasks = asyncio.TaskGroup()
        self.finished = False
        """All of it was said and heard: the reader of `chunks` came to the end."""

    @property
    def at_work(self) -> bool:
        """Something is being said, or about to be; false while a client has yet to write the rest of a sentence."""
        return bool(self._on_the_way) or not self._request.streamed

    @property
    def format(self) -> AudioFormat:
        """16-bit mono at the rate of the link that spoke first; known once the first chunk has come."""
        return self._output.format

    async def chunks(self) -> AsyncIterator[Chunk]:
        """Yield the audio; no chunk at all where there was nothing to say. Raises TtsError."""
        async for chunk in self._output.chunks():
            yield chunk
        self.finished = True

    async def run(self) -> None:
        """Read, prepare and play until the text has ended; a failure reaches the reader of `chunks`."""
        try:
            async with self._tasks:
                self._tasks.create_task(self._reading.run())
                self._tasks.create_task(self._prepare())
                await self._play()
        except* Exception as group:  # noqa: BLE001 - handed on: the reader of `chunks` raises it
            self._output.end(_first_leaf(group))
        finally:
            self._record.chars = self._reading.chars
            self._record.failures = [error.code for error in self._chain.failures]
            self._output.end()

    async def _prepare(self) -> None:
        """Begin an utterance whenever there is room for one: a single one until the first audio, then some ahead."""
        previous_text = ""
        while True:
            await self._room.acquire()
            if not await self._reading.available():
                break
            in_hand_s = self._in_hand_s(before=None)
            count = self._planner.plan(
                self._reading.waiting(),
                in_hand_s,
                first=not previous_text,
                joinable=not self._chain.current.sentence_pause_s,
            )
            begins_sentence = self._reading.begins_sentence
            text = self._reading.take(count)
            attempt = self._begin(text, previous_text, due_s=in_hand_s)
            part = _Part(text, previous_text, begins_sentence, attempt, self._output.held_up_s)
            self._on_the_way.append(part)
            self._parts.put_nowait(part)
            previous_text = text
        self._parts.put_nowait(None)

    async def _play(self) -> None:
        silent = False
        while (part := await self._parts.get()) is not None:
            silent |= not await self._say(part)
            self._on_the_way.remove(part)
            self._room.release()
        await self._output.close()
        if silent:
            raise AllProvidersFailed(self._chain.failures)

    def _on_first_audio(self) -> None:
        """From now on prepare ahead: before, it would only have taken the engine's time from the first utterance."""
        self._reading.read_on()
        for _ in range(PREPARED_AHEAD):
            self._room.release()

    def _in_hand_s(self, before: _Part | None) -> float:
        """Return what the listener has to play until `before` begins, or until all that is on the way has ended."""
        unsent_s = 0.0
        for part in self._on_the_way:
            if part is before:
                break
            unsent_s += part.unsent_s
        return self._output.playout.in_hand_s() + unsent_s

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
        """Say the part by whatever link can; return False where nobody makes a sound of it; else AllProvidersFailed."""
        pause_s = part.attempt.link.sentence_pause_s if part.begins_sentence else 0.0
        while True:
            attempt = part.attempt
            try:
                await self._output.relay(attempt, pause_s=pause_s)
            except ProviderError as error:
                if attempt.heard_s:
                    pause_s = 0.0
                if self._was_held_up(part, error):
                    part.attempt = self._begin(attempt.utterance.text, part.previous_text)
                    continue
                try:
                    self._fall(part, error)
                except AllProvidersFailed:
                    if isinstance(error, NoAudio):
                        return False
                    raise
            else:
                self._chain.succeeded()
                return True

    def _was_held_up(self, part: _Part, error: ProviderError) -> bool:
        """Whether it was the client that kept the link waiting; once a part, since it is then at its turn."""
        waited_s = self._output.held_up_s - part.held_up_s
        part.held_up_s = self._output.held_up_s
        return isinstance(error, ProviderTimeout) and not part.attempt.heard_s and waited_s > HELD_UP_S

    def _fall(self, part: _Part, error: ProviderError) -> None:
        """Have the rest of the part, and what was prepared behind it, said by the next link."""
        attempt, before = part.attempt, self._chain.current
        self._chain.fell(attempt.link, error)
        rest = remainder(attempt.utterance, attempt.marks, attempt.heard_s)
        part.attempt = self._begin(rest.text, part.previous_text, cacheable=rest.cacheable)
        if self._chain.current is before:
            return
        for later in self._on_the_way:
            if later is not part:
                later.attempt.cancel()
                due_s = self._in_hand_s(before=later)
                later.attempt = self._begin(later.text, later.previous_text, due_s=due_s)


def _first_leaf(error: BaseException) -> Exception:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, Exception):
        raise error
    return error
