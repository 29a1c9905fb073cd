"""How long the words of a text take, as eSpeak NG says them: what every other voice is measured by."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import regex

from wyoming_tts.audio.pauses import WINDOW_S, Pause, PauseFinder
from wyoming_tts.speech import language as languages
from wyoming_tts.speech.audio import Mark
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.text.utterances import speech_seconds
from wyoming_tts.text.words import word_start, word_starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wyoming_tts.adapters.base import Adapter

MEASURE_S = 0.5
"""A minute of speech takes 60 ms; an engine that is busy or broken is not worth waiting for."""
REMEMBERED = 64
"""Texts, in memory only: an utterance is measured when it ends, and again where it turns out to be cut off."""
FALLBACK_VOICE = "en-us"
LIKELY = (0.4, 2.3)
"""Of the estimate; eSpeak NG takes longer where it spells out letters that it cannot read (kanji, say)."""
SPELT_DIGIT_S = 0.3
"""What a digit may take on top of its estimate, in a date or a long number."""

_FOREIGN = regex.compile(r"[\p{L}--\p{Latin}]", regex.V1)
_DIGIT = regex.compile(r"\p{Nd}")

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text's word times."""

    words: tuple[Mark, ...]
    """Words that are said, each at its first letter; one that is said in one breath with the last may be missing."""
    pauses: tuple[Pause, ...]
    """Silences before, between and within the words."""
    total_s: float
    """Until the last sound, without the silence after it."""
    estimated: bool = False
    """By counting letters: good to a factor of two."""

    def at_speed(self, speed: float) -> Spoken:
        """Return the same said faster, or slower."""
        if speed == 1.0:
            return self
        return Spoken(
            tuple(Mark(word.offset, word.at_s / speed) for word in self.words),
            tuple(Pause(pause.start_s / speed, pause.end_s / speed) for pause in self.pauses),
            self.total_s / speed,
            self.estimated,
        )


class Yardstick:
    """Measures texts with an adapter that knows word times, or estimates where there is none."""

    def __init__(self, adapter: Adapter | None) -> None:
        self._adapter = adapter if adapter is not None and adapter.capabilities.marks else None
        self._voices: OrderedDict[str, str] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], Spoken] = OrderedDict()

    async def measure(self, text: str, language: str, *, speed: float = 1.0) -> Spoken:
        """Return the word times of `text` at a factor of the natural speed; takes `MEASURE_S` at most."""
        key = (text, languages.normalised(language))
        spoken = self._known.get(key)
        if spoken is None:
            estimate = _estimated(text)
            spoken = await self._measured(text, key[1], estimate) or estimate
        if not spoken.estimated:  # the next time somebody may be there to measure it
            _remember(self._known, key, spoken)
        return spoken.at_speed(speed)

    async def _measured(self, text: str, language: str, estimate: Spoken) -> Spoken | None:
        voice = self._voice(language) or (FALLBACK_VOICE if not _FOREIGN.search(text) else None)
        if self._adapter is None or voice is None or not self._adapter.accepts(voice):
            return None
        try:
            async with asyncio.timeout(MEASURE_S):
                spoken = await _said(self._adapter, Utterance(text, voice, cacheable=False, patience_s=MEASURE_S))
        except Exception:  # noqa: BLE001 - a mistake in the adapter must not keep the next link from speaking
            return None
        shortest, longest = (share * estimate.total_s for share in LIKELY)
        longest += SPELT_DIGIT_S * len(_DIGIT.findall(text))
        return spoken if spoken.words and shortest <= spoken.total_s <= longest else None

    def _voice(self, language: str) -> str | None:
        """Return the voice nearest to the language, the first of equals; None where nobody speaks it."""
        voice = self._voices.get(language)
        if voice is None and self._adapter is not None:
            near = [
                (distance, index, known.name)
                for index, known in enumerate(self._adapter.voices())
                for offered in known.languages
                if (distance := languages.distance(language, offered)) is not None
            ]
            voice = min(near)[2] if near else None
        if voice is not None:
            _remember(self._voices, language, voice)
        return voice


def _remember(known: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > REMEMBERED:
        known.popitem(last=False)


async def _said(adapter: Adapter, utterance: Utterance) -> Spoken:
    marks: list[Mark] = []
    size = 0
    async with adapter.synthesize(utterance) as stream:
        finder = PauseFinder(stream.format)
        async for chunk in stream.chunks:
            marks.extend(chunk.marks)
            finder.feed(chunk.pcm)
            size += len(chunk.pcm)
        total_s = stream.format.seconds(size)
    pauses = finder.pauses()
    if pauses and total_s - pauses[-1].end_s < WINDOW_S:
        total_s = pauses[-1].start_s
        pauses = pauses[:-1]
    return Spoken(tuple(_by_word(utterance.text, marks)), pauses, total_s)


def _by_word(text: str, marks: Iterable[Mark]) -> Iterator[Mark]:
    """Yield the first mark of each word, moved to its beginning: eSpeak NG marks `3,14` twice and `22.11.` thrice."""
    starts = word_starts(text)
    before = -1
    for mark in sorted(marks, key=lambda mark: mark.at_s):
        start = word_start(starts, mark.offset)
        if start > before:
            yield Mark(start, mark.at_s)
            before = start


def _estimated(text: str) -> Spoken:
    words: list[Mark] = []
    at_s = 0.0
    before = 0
    for start in word_starts(text):
        at_s += speech_seconds(text[before:start])
        words.append(Mark(start, at_s))
        before = start
    return Spoken(tuple(words), (), at_s + speech_seconds(text[before:].strip()), estimated=True)
