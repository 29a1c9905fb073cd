"""The wrapper that lets only speech through: everything is judged before it is handed on."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

import regex

from wyoming_tts.audio.judge import MAX_PAUSE_S, Judge
from wyoming_tts.errors import BadAudio, NoAudio, SpeechCutOff
from wyoming_tts.speech.audio import AudioStream, Chunk
from wyoming_tts.synthesis.carrying_on.pace import voice_key
from wyoming_tts.text.utterances import speech_seconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from wyoming_tts.audio.fault import Fault
    from wyoming_tts.speech.audio import Mark
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.provider import Synthesizes

MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 192_000

LONG_SILENCE_S = 0.6
"""At the end, at a natural speed: engines end with up to 0.35 s of it, so that more may stand in the place of words."""

ABSURD_FACTOR, ABSURD_EXTRA_S = 4.0, 10.0
"""Audio longer than this many times what its text takes, and then some, is an engine that does not find its end."""
NAMED_S, FOREIGN_S = 1.2, 0.5
"""Letters and signs that a voice cannot read may be called by their names, and the last voice of all must not be
refused for that: eSpeak NG's English one takes 0.46 s for an Arabic letter, 0.95 s for a mathematical one and 1.1 s
for a Tibetan one."""
_FOREIGN_LETTERS = r"\p{Greek}\p{Cyrillic}\p{Arabic}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_FOREIGN = regex.compile(rf"[\p{{L}}&&[{_FOREIGN_LETTERS}]]", regex.V1)
_NAMED = regex.compile(
    rf"[\p{{S}}\p{{Lt}}\p{{Lm}}\uFF00-\uFFEF\U00010000-\U0010FFFF"
    rf"[[^\p{{ASCII}}\s]--[\p{{L}}&&[\p{{Latin}}{_FOREIGN_LETTERS}]]]]",
    regex.V1,
)


class Completeness(Protocol):
    """Knows how long speech takes."""

    async def is_cut_off(
        self,
        utterance: Utterance,
        *,
        voice_key: str,
        audio_s: float,
        marks: Sequence[Mark],
        abrupt: bool,
        marks_every_word: bool,
    ) -> bool:
        """Whether audio that ended in order holds less than the whole utterance.

        Args:
            utterance: What was to be said.
            voice_key: `provider/voice#speaker`, with an empty speaker where there is none.
            audio_s: Seconds of audio until the last sound, so that silence never passes for speech.
            marks: All word times that came.
            abrupt: It ended in the middle of a sound.
            marks_every_word: The engine has no words whose times it does not know.

        """
        ...


class Gated:
    """Refuses what is no speech, holds silence back until the first sound, and takes a short end for a cut."""

    def __init__(
        self, inner: Synthesizes, *, provider: str, completeness: Completeness, marks_every_word: bool = True
    ) -> None:
        self._inner = inner
        self._provider = provider
        self._completeness = completeness
        self._marks_every_word = marks_every_word

    def synthesize(self, utterance: Utterance) -> AbstractAsyncContextManager[AudioStream]:
        """Speak; raises BadAudio for what is no speech, NoAudio for silence, SpeechCutOff for half of it."""
        return self._speaking(utterance)

    @asynccontextmanager
    async def _speaking(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        async with self._inner.synthesize(utterance) as stream:
            format_ = stream.format
            if (format_.width, format_.channels) != (2, 1) or not MIN_RATE_HZ <= format_.rate <= MAX_RATE_HZ:
                raise BadAudio("not 16-bit mono", provider=self._provider)
            gate = _Gate(stream, utterance, self._provider, self._completeness, marks_every_word=self._marks_every_word)
            yield AudioStream(format_, gate)


class _Gate:
    """The chunks of a stream that may pass; an iterator without a frame of its own to leave open."""

    def __init__(
        self,
        stream: AudioStream,
        utterance: Utterance,
        provider: str,
        completeness: Completeness,
        *,
        marks_every_word: bool,
    ) -> None:
        self._chunks = stream.chunks
        self._format = stream.format
        self._marks_every_word = marks_every_word
        self._utterance = utterance
        self._provider = provider
        self._completeness = completeness
        self._judge = Judge(stream.format, volume=utterance.prosody.volume)
        self._limit_s = _absurd_s(utterance)
        self._held: list[Chunk] = []
        self._marks: list[Mark] = []
        self._all_heard = False
        self._over = False

    def __aiter__(self) -> _Gate:
        return self

    async def __anext__(self) -> Chunk:
        while not self._all_heard:
            try:
                chunk = await anext(self._chunks)
            except StopAsyncIteration:
                self._end()
            else:
                self._admit(chunk)
            if self._held and (self._all_heard or not self._judge.undecided):
                return self._release()
        if not self._over:
            self._over = True
            await self._expect_whole()
        raise StopAsyncIteration

    def _admit(self, chunk: Chunk) -> None:
        """Judge a chunk and hold it; raises BadAudio."""
        if len(chunk.pcm) % self._format.frame_bytes:
            raise self._refusal("half a frame")
        self._marks.extend(chunk.marks)
        too_silent = self._judge.sounded and self._judge.silent_s > MAX_PAUSE_S
        self._obey(self._judge.hear(chunk.pcm))
        if self._judge.heard_s > self._limit_s:
            raise self._refusal("far longer than its text")
        # A sound behind so much silence would have been a fault, so that it can only be the end: nobody waits for it.
        if not too_silent:
            self._held.append(chunk)

    def _end(self) -> None:
        """Judge the whole; raises BadAudio."""
        self._obey(self._judge.end())
        if not self._judge.sounded:
            self._all_heard = self._over = True
            raise NoAudio(provider=self._provider)
        self._all_heard = True

    def _obey(self, fault: Fault | None) -> None:
        if fault is not None:
            raise self._refusal(fault)

    def _refusal(self, reason: str) -> BadAudio:
        self._all_heard = self._over = True
        return BadAudio(reason, provider=self._provider)

    def _release(self) -> Chunk:
        held, self._held = self._held, []
        if len(held) == 1:
            return held[0]
        return Chunk(b"".join(chunk.pcm for chunk in held), tuple(mark for chunk in held for mark in chunk.marks))

    async def _expect_whole(self) -> None:
        utterance, judge = self._utterance, self._judge
        if utterance.insist and not self._marks:
            return  # nobody else could say the rest: a guess must not end the answer
        loud = judge.abrupt or judge.silent_s * utterance.prosody.speed > LONG_SILENCE_S
        if await self._completeness.is_cut_off(
            utterance,
            voice_key=voice_key(self._provider, utterance),
            audio_s=judge.sound_s,
            marks=self._marks,
            abrupt=loud and not utterance.insist,
            marks_every_word=self._marks_every_word,
        ):
            raise SpeechCutOff("it ended too early for its text", provider=self._provider)


def _absurd_s(utterance: Utterance) -> float:
    """Return how long the audio may get; an engine need not follow a speed above its own."""
    text = utterance.text
    speech_s = speech_seconds(text) * ABSURD_FACTOR
    named_s = len(_NAMED.findall(text)) * NAMED_S + len(_FOREIGN.findall(text)) * FOREIGN_S
    return (speech_s + named_s) / min(1.0, utterance.prosody.speed) + ABSURD_EXTRA_S
