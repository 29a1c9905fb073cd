"""Measuring voices beside the answers, while the house is quiet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.audio.level import loudness
from wyoming_tts.errors import NoAudio, ProviderError, ProviderTimeout, ProviderUnavailable
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.loudness.level_book import MAX_ASKED, version_of
from wyoming_tts.synthesis.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.voice import VoiceName
    from wyoming_tts.synthesis.loudness.level_book import LevelBook
    from wyoming_tts.synthesis.provider import Provider
    from wyoming_tts.telemetry.clock import Clock

PASSAGE = "1 2 3 4 5. 6 7 8 9 10. 11 12 13 14 15. 16 17 18 19 20."
"""As loud as running speech: eSpeak NG says it within 1 LU of ordinary sentences in each of 15 languages, and in their
mean as loud. With commas it is 1.1 LU quieter for all its pauses, in one breath 0.7 LU louder. It takes 6 s or more."""

LONGEST_PASSAGE_S = 30.0
"""An engine that finds no end is not listened to for longer."""

BETWEEN_S = 5.0
"""Rest between two voices: measuring is in no hurry, and the machine may be a small one."""

MEASURE_TIMEOUT_S = 60.0
"""For one passage, with the model to be loaded first on a slow card: nobody waits for it."""

NOT_URGENT_S = 3600.0
"""When the passage is due: after anything that somebody waits for."""

FIRST_RETRY_S, LONGEST_RETRY_S = 60.0, 6 * 3600.0
"""Until a voice that could not be measured is tried again, doubling."""

MAX_FAILED = 2 * MAX_ASKED
"""Failures remembered; a voice that is forgotten is only tried again sooner."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Failure:
    retry_at: float
    wait_s: float


class Levelling:
    """Fills the book: first the voices wanted, then those asked for, one at a time; `run` goes on for ever."""

    def __init__(
        self,
        providers: Iterable[Provider],
        book: LevelBook,
        clock: Clock,
        *,
        wanted: Callable[[], Iterable[VoiceName]],
        is_quiet: Callable[[], bool],
        timeout_s: float = MEASURE_TIMEOUT_S,
    ) -> None:
        self._free = {provider.name: provider for provider in providers if provider.adapter.capabilities.free}
        self._book = book
        self._clock = clock
        self._wanted = wanted
        self._is_quiet = is_quiet
        self._timeout_s = timeout_s
        self._failures: Recent[VoiceName, _Failure] = Recent(MAX_FAILED)
        self._faults: set[str] = set()

    async def run(self) -> None:
        """Measure and write down, for as long as the house lives; a bug in one step does not end the others."""
        while self._book.enabled:
            await self._clock.sleep(BETWEEN_S)
            for step in (self._measure_spoken, self._measure_next, self._book.save):
                await self._guarded(step)

    async def _guarded(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - nobody else levels the voices for as long as the house lives
            fault = f"{step.__name__}: {type(error).__name__}"
            if fault not in self._faults:
                log.error("voices could not be levelled", step=step.__name__, error=type(error).__name__)
            self._faults.add(fault)

    async def _measure_spoken(self) -> None:
        """Measure the voices that have said enough by themselves."""
        while (sample := self._book.spoken.take()) is not None:
            lufs = await asyncio.to_thread(loudness, bytes(sample.pcm), sample.format)
            if lufs is not None:
                self._book.learn(sample.name, sample.version, lufs)

    async def _measure_next(self) -> None:
        """Let one voice say the passage, where there is one to measure and nobody is listening."""
        name = next(self._candidates(), None) if self._is_quiet() else None
        if name is None:
            return
        provider = self._free[name.provider]
        version = version_of(provider.adapter, name.voice)
        try:
            lufs = await self._measure(provider, name)
        except ProviderError as error:
            self._failed(name, error.code)
        except Exception as error:  # noqa: BLE001 - a bug in one adapter must not keep the other voices waiting
            self._failed(name, type(error).__name__)
        else:
            if lufs is not None:
                self._failures.pop(name)
                self._book.learn(name, version, lufs)

    def _candidates(self) -> Iterator[VoiceName]:
        """Yield the voices that can be measured now, in order."""
        for name in (*self._wanted(), *self._book.asked()):
            provider = self._free.get(name.provider)
            if provider is None or not provider.adapter.accepts(name.voice):
                continue
            failure = self._failures.get(name)
            is_due = failure is None or failure.retry_at <= self._clock.now()
            if is_due and not self._book.knows(name, version_of(provider.adapter, name.voice)):
                yield name

    async def _measure(self, provider: Provider, name: VoiceName) -> float | None:
        """Return the voice's loudness, or None where somebody began to speak meanwhile; raises ProviderError."""
        utterance = Utterance(PASSAGE, name.voice, name.speaker, cacheable=False, due_s=NOT_URGENT_S)
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                provider.admission.place(utterance) as admitted,
                provider.adapter.synthesize(admitted) as stream,
            ):
                pcm, audio_format = await self._heard(stream), stream.format
        except TimeoutError as error:
            raise ProviderTimeout("for measuring how loud it is", provider=name.provider) from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # The adapter's own, by mistake: no reason to end before the house does.
            raise ProviderUnavailable("cancelled", provider=name.provider) from error
        if pcm is None:
            return None
        lufs = await asyncio.to_thread(loudness, pcm, audio_format)
        if lufs is None:
            raise NoAudio(provider=name.provider)
        return lufs

    async def _heard(self, stream: AudioStream) -> bytes | None:
        """Return the audio of the passage, or None where the engine is needed for something better."""
        pcm = bytearray()
        most = stream.format.size(LONGEST_PASSAGE_S)
        async for chunk in stream.chunks:
            pcm += chunk.pcm
            if not self._is_quiet():
                return None
            if len(pcm) >= most:
                break
        return bytes(pcm)

    def _failed(self, name: VoiceName, code: str) -> None:
        before = self._failures.get(name)
        if before is None:
            log.info("voice could not be measured, it is tried again later", voice=str(name), code=code)
        wait_s = FIRST_RETRY_S if before is None else min(2 * before.wait_s, LONGEST_RETRY_S)
        self._failures.put(name, _Failure(self._clock.now() + wait_s, wait_s))
