"""One link trying one utterance, in a task of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wyoming_tts.audio.pauses import PauseFinder
from wyoming_tts.errors import ProviderError, SpeechCutOff
from wyoming_tts.synthesis.carrying_on.whereabouts import Heard
from wyoming_tts.synthesis.pipe import ChunkPipe
from wyoming_tts.synthesis.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioFormat, AudioStream, Chunk, Mark
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.provider import Link

AUDIO_AHEAD_BYTES = 256 * 1024
"""Unread audio an attempt holds: 6 s at 22,050 Hz, so that a slow reader costs bounded memory."""

FIRST_TURNS = 2
"""Left to others behind the first chunk: whoever plays it takes one to hand it on, and whoever writes it the other."""


class Attempt:
    """Enters, reads and leaves its link's context in the one task that `run` is."""

    def __init__(self, link: Link, utterance: Utterance) -> None:
        self.link = link
        self.utterance = utterance
        self.heard_s = 0.0
        """Seconds of audio handed on so far."""
        self.began_at = asyncio.get_running_loop().time()
        """On the loop's clock."""
        self._marks: list[Mark] = []
        self._pauses: PauseFinder | None = None
        self._format: AudioFormat | None = None
        self._pipe = ChunkPipe(AUDIO_AHEAD_BYTES)
        self._task: asyncio.Task[None] | None = None
        provider = link.provider
        is_alone = not provider.breaker.under_way and provider.admission.has_none_before(utterance)
        self._is_fair = is_alone and provider.adapter.is_warm(utterance.voice)
        """Nothing has to be loaded for it, and nobody is served before it: being late is the provider's fault."""
        self._lost_after_s: float | None = None
        self._given_up = 0

    @property
    def format(self) -> AudioFormat:
        """The link's native format; known once the first chunk has come."""
        if self._format is None:
            raise RuntimeError("the format is known with the first chunk")
        return self._format

    @property
    def heard(self) -> Heard:
        """What was handed on, as far as it tells where in the text it stopped."""
        pauses = () if self._pauses is None else self._pauses.pauses()
        return Heard(self.heard_s, tuple(self._marks), pauses)

    @property
    def has_stirred(self) -> bool:
        """There is audio, or the end of it."""
        return self._pipe.stirred

    @property
    def has_audio(self) -> bool:
        """There is audio to be handed on."""
        return self._pipe.unread

    @property
    def is_ready(self) -> bool:
        """All of its audio is there, and its link has been left."""
        return self.has_audio and self._task is not None and self._task.done()

    async def stir(self) -> None:
        """Wait for audio, or for the end of it."""
        await self._pipe.stir()

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Begin in a task of `tasks`."""
        self._task = tasks.create_task(self.run())

    def cancel(self) -> None:
        """End without success or failure; leaving the link's context follows at once."""
        if self._task is not None:
            self._task.cancel()

    def lose(self) -> None:
        """End since another link was heard first: it counts as late, where that was the provider's fault."""
        if self._is_fair and self._task is not None and not self._task.done():
            self._lost_after_s = asyncio.get_running_loop().time() - self.began_at
            self._given_up = self.link.provider.breaker.given_up
        self.cancel()

    async def run(self) -> None:
        """Enter the link's context, relay its chunks, leave it: all in this task.

        A failure leaves through the link's own wrappers, so they see it even after audio has left.
        """
        try:
            async with self.link.synthesize(self.utterance) as stream:
                self._format = stream.format
                self._pauses = PauseFinder(stream.format)
                await self._relay(stream)
        except ProviderError as error:
            self._pipe.end(error)
        except asyncio.CancelledError:
            # Where we cancelled nobody reads on; where the adapter did by mistake, this is no end of the utterance.
            self._pipe.end(SpeechCutOff("cancelled", provider=self.link.provider.name))
            breaker = self.link.provider.breaker
            # One synthesis is late once, however many wait for it: with the last of them it was given up.
            if self._lost_after_s is not None and breaker.given_up > self._given_up:
                breaker.late(self._lost_after_s, patience_s=self.utterance.patience_s)
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one adapter must not mute the house: the next link speaks
            self._pipe.end(_bug(error, self.link.provider.name))
        finally:
            self._pipe.end()

    async def _relay(self, stream: AudioStream) -> None:
        """Hand on the chunks and the end of them: whoever reads on need not wait until the link has been left."""
        turns = Turns(first=FIRST_TURNS)
        try:
            async for chunk in stream.chunks:
                await self._pipe.put(chunk)
                await turns.took(chunk.pcm)
        except ProviderError as error:
            self._pipe.end(error)
            raise
        self._pipe.end()

    async def chunks(self) -> AsyncIterator[Chunk]:
        """Yield the audio as it comes; raises ProviderError where the link fails."""
        turns = Turns()
        async for chunk in self._pipe.chunks():
            self._marks.extend(chunk.marks)
            if chunk.pcm:
                self.heard_s += self.format.seconds(len(chunk.pcm))
                yield chunk
                # Behind the listener's back: only a failure needs to know, and it comes behind the chunk.
                if self._pauses is not None:
                    self._pauses.feed(chunk.pcm)
                await turns.took(chunk.pcm)


def _bug(error: Exception, provider: str) -> ProviderError:
    wrapped = ProviderError(f"internal error {type(error).__name__}", provider=provider)
    wrapped.__cause__ = error
    return wrapped
