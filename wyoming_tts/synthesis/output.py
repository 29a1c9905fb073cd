"""The audio of one answer on its way to the client: one format, the owner's silences, a bounded time ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.audio.fade import SEAM_S, Seam
from wyoming_tts.audio.resample import Resampler
from wyoming_tts.errors import ProviderError
from wyoming_tts.speech.audio import AudioFormat, Chunk
from wyoming_tts.synthesis.pipe import ChunkPipe
from wyoming_tts.synthesis.playout import Playout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming_tts.synthesis.attempt import Attempt
    from wyoming_tts.synthesis.record import RequestRecord
    from wyoming_tts.telemetry.clock import Clock

READY_BYTES = 64 * 1024
"""Finished audio waiting for the client, 1.5 s at 22,050 Hz; behind it everything else waits."""

JOINED_BYTES = 16 * 1024
"""Of it goes out at once: as much as is written to a socket in one go. Nothing waits to be joined."""


class Output:
    """Takes the audio of attempts in their order, and yields it in the format of the first that made a sound."""

    def __init__(
        self,
        *,
        lead_in_s: float,
        tail_s: float,
        on_first_audio: Callable[[], None],
        record: RequestRecord,
        clock: Clock,
    ) -> None:
        self._lead_in_s = lead_in_s
        self._tail_s = tail_s
        self._on_first_audio = on_first_audio
        self._record = record
        self._clock = clock
        self._pipe = ChunkPipe(READY_BYTES, joined_bytes=JOINED_BYTES)
        self._format: AudioFormat | None = None
        self.playout = Playout(clock)
        self.held_up_s = 0.0
        """Seconds spent waiting for a client that did not read."""

    @property
    def format(self) -> AudioFormat:
        """16-bit mono at the rate of the link that spoke first; known once the first chunk has come."""
        if self._format is None:
            raise RuntimeError("the format is known with the first chunk")
        return self._format

    def chunks(self) -> AsyncIterator[Chunk]:
        """Yield the audio; raises what `end` was given."""
        return self._pipe.chunks()

    async def relay(self, attempt: Attempt, *, pause_s: float, continues: bool = False) -> None:
        """Hand on all audio of an attempt, also what came before a failure, which is raised.

        `pause_s` of silence go before its first audio, where it is not the first of the answer. `continues` says that
        it carries on where another one was cut off.
        """
        voice: _Voice | None = None
        try:
            async for chunk in attempt.chunks():
                if voice is None:
                    await self._begin(attempt, pause_s)
                    voice = _Voice(attempt.format, self.format, continues=continues)
                await self._put(voice.feed(chunk.pcm))
        except ProviderError:
            if voice is not None:
                await self._put(voice.broken())
            raise
        if voice is not None:
            await self._put(voice.finish())

    async def close(self) -> None:
        """Add the silence at the end, where anything was said."""
        if self._format is not None:
            await self._silence(self._tail_s)

    def end(self, failure: Exception | None = None) -> None:
        """Say that nothing more comes; the first word counts."""
        self._pipe.end(failure)

    async def _begin(self, attempt: Attempt, pause_s: float) -> None:
        self._record.spoke(attempt.link.name)
        if self._format is None:
            self._format = attempt.format
            pause_s = self._lead_in_s
            self._on_first_audio()
        await self._silence(pause_s)

    async def _silence(self, seconds: float) -> None:
        await self._put(bytes(self.format.size(seconds)))

    async def _put(self, pcm: bytes) -> None:
        if not pcm:
            return
        waited_from = self._clock.now()
        await self._pipe.put(Chunk(pcm))
        self.held_up_s += self._clock.now() - waited_from
        seconds = self.format.seconds(len(pcm))
        self.playout.sent(seconds)
        self._record.heard(seconds)


class _Voice:
    """What one attempt says, in the answer's format and with seams."""

    def __init__(self, native: AudioFormat, format_: AudioFormat, *, continues: bool) -> None:
        self._resampler = Resampler(native, format_)
        self._seam = Seam(format_.size(SEAM_S), continues=continues)

    def feed(self, pcm: bytes) -> bytes:
        return self._seam.feed(self._resampler.feed(pcm))

    def finish(self) -> bytes:
        return self._seam.feed(self._resampler.finish()) + self._seam.finish()

    def broken(self) -> bytes:
        return self._seam.feed(self._resampler.finish()) + self._seam.broken()
