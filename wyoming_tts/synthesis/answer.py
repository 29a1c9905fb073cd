"""The audio of one request, from the first chunk to the last: in order, whoever speaks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wyoming_tts.errors import AllProvidersFailed, NoAudio, ProviderBusy, ProviderError, ProviderTimeout, TtsError
from wyoming_tts.synthesis.hedge import Hedge
from wyoming_tts.synthesis.launcher import Launcher
from wyoming_tts.synthesis.output import Output
from wyoming_tts.synthesis.part import Part
from wyoming_tts.synthesis.planning import Planning
from wyoming_tts.synthesis.reading import Reading
from wyoming_tts.synthesis.unbroken import INTERRUPTED, first_leaf, unbroken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from wyoming_tts.speech.audio import AudioFormat, Chunk
    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
    from wyoming_tts.synthesis.chain import Chain
    from wyoming_tts.synthesis.manner import Manner
    from wyoming_tts.synthesis.provider import Link
    from wyoming_tts.synthesis.record import RequestRecord
    from wyoming_tts.synthesis.text_watch import TextWatch
    from wyoming_tts.telemetry.clock import Clock

PREPARED_AHEAD = 2
"""Utterances begun beside the one that is playing: the next is ready when its turn comes, and little is thrown away
when the chain falls back."""

HELD_UP_S = 0.5
"""A client that stopped reading this long while an utterance was prepared explains why its first audio is late."""


class Answer:
    """Holds the chain's current link for the whole of it; built and run by the Speaker."""

    def __init__(
        self,
        request: SpeechRequest,
        chain: Chain,
        manner: Manner,
        *,
        carry_on: CarryOn,
        watch: TextWatch,
        record: RequestRecord,
        clock: Clock,
    ) -> None:
        self._request = request
        self._chain = chain
        self._carry_on = carry_on
        self._watch = watch
        self._record = record
        self._reading = Reading(
            request,
            max_chars=manner.max_utterance_chars,
            code_blocks=manner.code_blocks,
            # Half a sentence does not tell whether it is about what must stay here.
            clause_after_s=manner.clause_after_s if chain.stays_here or not watch.may_become_private else None,
            listeners=[record.read, watch.read],
        )
        self._output = Output(
            lead_in_s=manner.lead_in_s,
            tail_s=manner.tail_s,
            on_first_audio=self._on_first_audio,
            record=record,
            clock=clock,
        )
        self._parts: asyncio.Queue[Part | None] = asyncio.Queue()
        self._on_the_way: list[Part] = []
        self._room = asyncio.Semaphore(1)
        self._tasks = asyncio.TaskGroup()
        self._launcher = Launcher(request, chain, manner, self._tasks)
        self._planning = Planning(self._reading, self._launcher, manner)
        self._hedge = Hedge(self._launcher, self._output.playout)
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
            await self._run()
        except asyncio.CancelledError:
            self._output.end(TtsError(INTERRUPTED))
            raise
        finally:
            self._launcher.end()
            self._record.failures = [error.code for error in self._chain.failures]
            self._output.end()

    async def _run(self) -> None:
        try:
            async with self._tasks:
                self._tasks.create_task(unbroken(self._reading.run()))
                self._tasks.create_task(unbroken(self._prepare()))
                self._tasks.create_task(unbroken(self._launcher.open_ahead()))
                await self._play()
                self._output.end()  # nobody waits until all links have been left
        except* Exception as group:  # noqa: BLE001 - handed on: the reader of `chunks` raises it
            self._output.end(first_leaf(group))

    async def _prepare(self) -> None:
        """Begin an utterance whenever there is room for one: a single one until the first audio, then some ahead."""
        previous_text = ""
        while True:
            await self._room.acquire()
            if not await self._reading.available():
                break
            in_hand_s = self._in_hand_s(before=None)
            plan = self._planning.take(in_hand_s, first=not previous_text)
            if self._watch.is_private(plan.text):
                self._chain.keep_local()
                self._launcher.keeps = False
            for sentence in plan.sentences:
                self._watch.said(sentence)
            next_text = self._watch.what_may_be_told(self._reading.coming)
            attempt, others = self._launcher.begin_plan(plan, previous_text, next_text, due_s=in_hand_s)
            part = Part(plan, previous_text, attempt, self._output.held_up_s, others, next_text)
            self._on_the_way.append(part)
            self._parts.put_nowait(part)
            previous_text = plan.text
        self._parts.put_nowait(None)

    async def _play(self) -> None:
        silent = False
        while (part := await self._parts.get()) is not None:
            if not part.attempt.has_stirred:  # from now on it is the listener who waits
                part.held_up_s = self._output.held_up_s
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

    def _in_hand_s(self, before: Part | None) -> float:
        """Return what the listener has to play until `before` begins, or until all that is on the way has ended."""
        unsent_s = 0.0
        for part in self._on_the_way:
            if part is before:
                break
            unsent_s += part.unsent_s
        return self._output.playout.in_hand_s() + unsent_s

    async def _say(self, part: Part) -> bool:
        """Say the part by whatever link can; return False where nobody makes a sound of it; else AllProvidersFailed."""
        pause_s = part.attempt.link.sentence_pause_s if part.plan.begins_sentence else 0.0
        continues, heard = False, True
        while True:
            try:
                if await self._hedge.overtaken(part):
                    self._change_over(part)
                await self._output.relay(part.attempt, pause_s=pause_s, continues=continues)
            except ProviderError as error:
                if part.attempt.heard_s:
                    pause_s, continues = 0.0, True
                try:
                    await self._go_on(part, error)
                except AllProvidersFailed:
                    if not isinstance(error, NoAudio):
                        raise
                    heard = False
                else:
                    continue
            else:
                self._chain.succeeded()
            if not part.pieces:
                return heard
            pause_s, continues = 0.0, False
            self._begin_again(part, part.pieces.pop(0), part.attempt.utterance.text)

    def _change_over(self, part: Part) -> None:
        """Let the rival, which was heard first, say the part, and its link the rest of the answer."""
        late, before = part.change_over(), self._chain.current
        error = ProviderTimeout("another one was heard first", provider=late.link.provider.name)
        self._chain.moved_to(part.attempt.link, error)
        self._follow(part, before)

    async def _go_on(self, part: Part, error: ProviderError) -> None:
        """Have the rest of the part said after a failure: by the same link where the client kept it waiting."""
        attempt = part.attempt
        if self._was_held_up(part, error):
            self._begin_again(part, attempt.utterance.text, attempt.utterance.previous_text)
            # Where the link serves one after the other, those behind must not come before it.
            self._prepare_again(later for later in self._on_the_way if later is not part and not later.attempt.is_ready)
            return
        before = self._chain.current
        self._chain.fell(attempt.link, error)
        if part.rival is not None and part.rival.link is self._chain.current:
            part.change_over()
        else:
            rest = await self._carry_on.rest_of(attempt)
            text, part.pieces = " ".join([rest.text, *part.pieces]), []
            self._begin_again(part, text, rest.previous_text, cacheable=rest.cacheable)
        self._follow(part, before)

    def _begin_again(self, part: Part, text: str, previous_text: str, *, cacheable: bool = True) -> None:
        """Have the current link say this text of the part, and what it cannot take at once afterwards."""
        part.drop_rival()
        first, others = self._launcher.split(text)
        part.pieces[:0] = others
        part.attempt = self._launcher.begin(first, previous_text, part.coming, cacheable=cacheable)
        part.held_up_s = self._output.held_up_s

    def _was_held_up(self, part: Part, error: ProviderError) -> bool:
        """Whether the client kept the link waiting until its time was over, before the part was at its turn."""
        waited_s = self._output.held_up_s - part.held_up_s
        return isinstance(error, ProviderTimeout | ProviderBusy) and not part.attempt.heard_s and waited_s > HELD_UP_S

    def _follow(self, part: Part, before: Link) -> None:
        """Have what was prepared behind the part said by the current link, where that is another one than before."""
        behind, link = (later for later in self._on_the_way if later is not part), self._chain.current
        if link is not before:
            self._prepare_again(later for later in behind if later.attempt.link is not link)

    def _prepare_again(self, parts: Iterable[Part]) -> None:
        for part in parts:
            part.cancel()
            part.attempt, part.pieces = self._launcher.begin_plan(
                part.plan, part.previous_text, part.next_text, due_s=self._in_hand_s(before=part)
            )
            part.held_up_s = self._output.held_up_s
