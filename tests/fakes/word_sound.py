"""Speech that a listener can write down: each word is a tone, in eSpeak NG's rhythm, at some speaker's own pace."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.fakes.word_times import EspeakTimes, WordTimes

REMEMBERED = 150
"""Utterances, 300 kB each; the rests of a text are asked for again and again."""
LOWEST_HZ, HIGHEST_HZ = 440.0, 3400.0
STEP = 1.016
"""From one tone to the next: 128 tones, told apart within 15 ms."""
TONES = int(np.log(HIGHEST_HZ / LOWEST_HZ) / np.log(STEP))
LOUDNESS = 9_000
SYLLABLES_PER_S = 4.0
EDGE_S = 0.004
"""A word begins and ends with this much of a fade: a click is no word."""
TAIL_S = 0.12
"""The silence that every utterance ends with at least."""


class Tones:
    """The tone of a word in a speaker's mouth: who said it can be heard as well."""

    def __init__(self, speakers: int = 3) -> None:
        self.speakers = speakers
        self._numbers: dict[str, int] = {}

    def hz(self, word: str, speaker: int) -> float:
        tone = self._numbers.setdefault(word, len(self._numbers)) * self.speakers + speaker
        if tone >= TONES:
            raise ValueError("more words than tones")
        return LOWEST_HZ * STEP**tone

    def of(self, tone: int) -> tuple[str, int] | None:
        """Return the word and the speaker of a tone's number."""
        number, speaker = divmod(tone, self.speakers)
        words = list(self._numbers)
        return (words[number], speaker) if 0 <= number < len(words) else None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance as a speaker says it."""

    pcm: bytes
    marks: tuple[tuple[int, float], ...]


@dataclass
class WordSound:
    """One speaker: its rate, its pace beside eSpeak's, and how much that varies from word to word."""

    times: EspeakTimes
    tones: Tones
    speaker: int
    rate: int
    pace: float = 1.0
    """Its words last so many times eSpeak's."""
    jitter: float = 0.0
    longest_s: dict[str, float] = field(default_factory=dict)
    shortest_s: dict[str, float] = field(default_factory=dict)
    """How long each word lasted in what it was asked to say so far."""
    _known: dict[tuple[str, str], Spoken] = field(default_factory=dict)

    def say(self, text: str, voice: str) -> Spoken:
        spoken = self._known.pop((text, voice), None)
        if spoken is None:
            spoken = self._rendered(self.times.of(text, voice), random.Random(text))
        self._known[text, voice] = spoken
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return spoken

    def _rendered(self, times: WordTimes, rng: random.Random) -> Spoken:
        pieces: list[NDArray[np.int16]] = []
        samples = 0
        before, after = [0.0], [0.0]
        for word in times.words:
            if word.start_s > before[-1]:  # whatever stands before the first word
                samples += self._silence(pieces, word.start_s - before[-1])
            before.append(word.start_s)
            after.append(samples / self.rate)
            pace = self.pace * rng.uniform(1 - self.jitter, 1 + self.jitter)
            tone = self._tone(word.speech_s * pace, self.tones.hz(word.word, self.speaker))
            self._remember(word.word, len(tone) / self.rate)
            pieces.append(tone)
            samples += len(tone)
            samples += self._silence(pieces, word.pause_s * pace)
            before.append(word.start_s + word.speech_s + word.pause_s)
            after.append(samples / self.rate)
        if not times.words or times.words[-1].pause_s * self.pace < TAIL_S:
            samples += self._silence(pieces, TAIL_S)
        marks = [(offset, float(np.interp(at_s, before, after))) for offset, at_s in times.marks]
        assert all(one[1] <= two[1] for one, two in pairwise(marks))
        return Spoken(np.concatenate(pieces).astype("<i2").tobytes(), tuple(marks))

    def _tone(self, seconds: float, hz: float) -> NDArray[np.int16]:
        t = np.arange(round(seconds * self.rate)) / self.rate
        syllables = 0.45 + 0.55 * np.abs(np.cos(np.pi * SYLLABLES_PER_S * t))
        edges = np.clip(np.minimum(t, seconds - t) / EDGE_S, 0.0, 1.0)
        return np.asarray(LOUDNESS * syllables * edges * np.sin(2 * np.pi * hz * t)).astype(np.int16)

    def _silence(self, pieces: list[NDArray[np.int16]], seconds: float) -> int:
        count = max(0, round(seconds * self.rate))
        pieces.append(np.zeros(count, np.int16))
        return count

    def _remember(self, word: str, seconds: float) -> None:
        self.longest_s[word] = max(seconds, self.longest_s.get(word, 0.0))
        self.shortest_s[word] = min(seconds, self.shortest_s.get(word, 1e9))
