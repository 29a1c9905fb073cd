"""An adapter whose audio says which word is being spoken, so that a listener can write down what was heard."""

from __future__ import annotations

import asyncio
from array import array
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

import regex

from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.errors import ProviderUnavailable, SpeechCutOff, UtteranceRejected
from wyoming_tts.speech.audio import AudioFormat, AudioStream, Chunk, Mark
from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wyoming_tts.errors import ProviderError
    from wyoming_tts.speech.utterance import Utterance

WORD = regex.compile(r"[\p{L}\p{N}']+")
WORD_FRAMES = 800


LOUDNESS = 1000
"""Of word 0: well above silence."""


class Vocabulary:
    """Numbers for words: a word is a square wave of LOUDNESS and its number, with one zero after it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def pcm(self, word: str) -> bytes:
        number = self._numbers.setdefault(word.casefold(), len(self._numbers) + 1)
        size = LOUDNESS + number
        wave = [size if at // 8 % 2 else -size for at in range(WORD_FRAMES - 1)]
        return array("h", [*wave, 0]).tobytes()

    def heard(self, pcm: bytes) -> list[str]:
        """Return the words in audio of any chunking, including ones cut off, and faded at a seam."""
        words = {number: word for word, number in self._numbers.items()}
        said: list[str] = []
        for is_silent, samples in groupby(array("h", pcm), key=lambda sample: sample == 0):
            sizes = Counter(abs(sample) for sample in samples)
            number = sizes.most_common(1)[0][0] - LOUDNESS
            if not is_silent and number in words:
                said.append(words[number])
        return said


@dataclass
class Faults:
    """What goes wrong, from now on, for every utterance or only for the first `times` ones."""

    refuse: type[ProviderError] | None = None
    cut_after_words: int | None = None
    cut_with: type[ProviderError] | None = SpeechCutOff
    """None ends as if all had been said."""
    stall_after_words: int | None = None
    times: int = 1_000_000
    bug: bool = False
    cancel: bool = False
    """Cut by a CancelledError of the adapter's own making."""
    odd: bool = False
    """Send half a frame too much."""

    def strike(self) -> Faults | None:
        if self.times <= 0:
            return None
        self.times -= 1
        return self


@dataclass
class WordAdapter(Adapter):
    """Speaks words of a vocabulary at once, with or without marks, and fails as told."""

    name: str
    vocabulary: Vocabulary
    languages: tuple[str, ...] = ("en-US",)
    rate: int = 8000
    marks: bool = True
    quality: int = 1
    speakers: tuple[str, ...] = ()
    faults: Faults | None = None
    gate: asyncio.Event | None = None
    """Where set, no utterance is accepted before it is."""
    delay_s: float = 0.0
    """From entering to the first word."""
    is_free: bool = True
    concurrency: int = 100
    """What it says to be good for, and does not hold anybody to."""
    one_breath: bool = False
    minds_context: bool = False
    one_at_a_time: asyncio.Lock | None = None
    """Where set, the next utterance waits until the one before has been read to its end."""
    utterances: list[Utterance] = field(default_factory=list)
    entered: int = 0
    left: int = 0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            streams=True,
            marks=self.marks,
            concurrency=self.concurrency,
            minds_context=self.minds_context,
            one_breath=self.one_breath,
            free=self.is_free,
            local=self.is_free,
        )

    async def start(self) -> None:
        pass

    def voices(self) -> Sequence[Voice]:
        return (Voice("v", self.languages, quality=self.quality, speakers=self.speakers),)

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        self.utterances.append(utterance)
        faults = self.faults.strike() if self.faults else None
        self.entered += 1
        stack = AsyncExitStack()
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.one_at_a_time is not None:
                await stack.enter_async_context(self.one_at_a_time)
            if not self.accepts(utterance.voice):
                raise UtteranceRejected(provider=self.name)
            if faults and faults.refuse:
                raise faults.refuse(provider=self.name)
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            if faults and faults.bug:
                raise ZeroDivisionError
            format_ = AudioFormat(self.rate)
            yield AudioStream(format_, self._chunks(utterance.text, format_, faults))
        finally:
            await stack.aclose()
            self.left += 1

    async def _chunks(self, text: str, format_: AudioFormat, faults: Faults | None) -> AsyncIterator[Chunk]:
        at_s = 0.0
        for count, word in enumerate(WORD.finditer(text)):
            if faults and faults.cut_after_words == count:
                if faults.cancel:
                    raise asyncio.CancelledError
                if faults.cut_with is not None:
                    raise faults.cut_with(provider=self.name)
                return
            if faults and faults.stall_after_words == count:
                await asyncio.Event().wait()
            pcm = self.vocabulary.pcm(word.group())
            if faults and faults.odd:
                pcm += b"\0"
            yield Chunk(pcm, (Mark(word.start(), at_s),) if self.marks else ())
            at_s += format_.seconds(len(pcm))
            await asyncio.sleep(0)

    async def probe(self) -> None:
        if self.faults and self.faults.refuse:
            raise ProviderUnavailable(provider=self.name)

    async def aclose(self) -> None:
        pass
