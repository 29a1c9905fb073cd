"""A house of word adapters that play up, and a listener who plays what it says and notes every silence."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.fakes.house_parts import Parts, provider, request
from tests.fakes.idle_loop import LoopClock
from tests.fakes.word_adapter import WORD, Faults, Vocabulary, WordAdapter
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.errors import TtsError
from wyoming_tts.speech.audio import Chunk
from wyoming_tts.synthesis.manner import Manner

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable

    from wyoming_tts.speech.audio import AudioFormat, AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
    from wyoming_tts.synthesis.record import RequestRecord

TEXT = "The first sentence has some words. Then comes another one, a little longer. At last the third ends it."
AHEAD_S = 0.3
"""What a paced reader lets a player have before the player needs it."""


@dataclass
class Actor(WordAdapter):
    """A word adapter of any pace, which plays up on single words."""

    limit: int | None = None
    """The longest text that it takes."""
    word_s: float = 0.1
    hangs_on: str = ""
    mute_on: str = ""
    leaving_s: float = 0.0
    at_once: bool = False
    """All the audio is there from the beginning."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(streams=True, marks=self.marks, free=self.is_free, local=self.is_free, max_chars=self.limit)

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        try:
            async with super().synthesize(utterance) as stream:
                yield stream
        finally:
            if self.leaving_s:
                await asyncio.sleep(self.leaving_s)

    async def _chunks(self, text: str, format_: AudioFormat, faults: Faults | None) -> AsyncIterator[Chunk]:
        if self.hangs_on and self.hangs_on in text:
            await asyncio.Event().wait()
        if self.mute_on and self.mute_on in text:
            return
        if self.at_once:
            for word in WORD.findall(text):
                yield Chunk(self.vocabulary.pcm(word) * 11)
            return
        async for chunk in super()._chunks(text, format_, faults):
            times = max(1, round(format_.size(self.word_s) / len(chunk.pcm)))
            yield Chunk(chunk.pcm * times, chunk.marks)


@dataclass
class Listener:
    """Plays an answer as it comes, and notes when there was nothing to play."""

    pcm: bytes = b""
    first_audio_s: float = -1.0
    silences_s: list[float] = field(default_factory=list)
    ended_s: float = 0.0
    error: TtsError | None = None

    def words(self, house: House) -> list[str]:
        """Return what was heard, each word once; a word may begin anew at a seam."""
        heard = house.vocabulary.heard(self.pcm)
        return [word for before, word in pairwise(["", *heard]) if word != before]


class House:
    """Links in their order, and an owner's usual manner."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        *actors: Actor,
        hedge: str = "free",
        carry_on: CarryOn | None = None,
        whole_first_chars: int = 100,
    ) -> None:
        self.vocabulary = vocabulary
        self.providers = [provider(actor, clock=LoopClock(), gap_s=1.5) for actor in actors]
        manner = Manner(hedge=hedge, whole_first_chars=whole_first_chars)  # type: ignore[arg-type]  # one of its words
        self.speaker = Parts(*self.providers, manner=manner, clock=LoopClock(), carry_on=carry_on).speaker

    @property
    def record(self) -> RequestRecord:
        return next(iter(self.speaker.recent))

    async def tell(
        self,
        text: str | AsyncIterable[str] = TEXT,
        *,
        paced: bool = False,
        stops: Iterable[tuple[int, float]] = (),
        streamed: bool = False,
    ) -> Listener:
        """Have it said; `paced` reads as a player does, `stops` are chunks and the seconds nobody reads behind them."""
        loop, one, pauses, count = asyncio.get_running_loop(), Listener(), dict(stops), 0
        began = plays_until = loop.time()
        try:
            async with self.speaker.answer(replace(request(text), streamed=streamed)) as answer:
                async for chunk in answer.chunks():
                    if one.first_audio_s < 0:
                        one.first_audio_s = loop.time() - began
                    elif loop.time() > plays_until + 0.001:
                        one.silences_s.append(loop.time() - plays_until)
                    plays_until = max(plays_until, loop.time()) + answer.format.seconds(len(chunk.pcm))
                    one.pcm += chunk.pcm
                    count += 1
                    await asyncio.sleep(pauses.get(count, 0.0))
                    if paced:
                        await asyncio.sleep(max(0.0, plays_until - AHEAD_S - loop.time()))
                one.ended_s = loop.time() - began
        except TtsError as error:
            one.error = error
        return one


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]
