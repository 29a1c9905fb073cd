"""When eSpeak NG says which word of a text: the real library's word events, for doubles that speak as it does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np
import regex

from wyoming_tts.models.espeak import EspeakModel
from wyoming_tts.models.espeak_library import EspeakLibrary
from wyoming_tts.speech.utterance import Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.speech.audio import AudioFormat, Mark

TOKEN = regex.compile(r"\S*[\p{L}\p{N}]\S*")
EDGES = regex.compile(r"^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$")
QUIET = 30
"""Of 32,767; eSpeak's own pauses are zeros."""
PAUSE_S = 0.08
"""A shorter silence is a stop consonant (25 ms in eSpeak) and no pause."""
SHORTEST_WORD_S = 0.06


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word is what stands between two spaces: half of an address or a date is nothing that a listener can use."""

    word: str
    """In lower case, without the punctuation round it."""
    offset: int
    start_s: float
    speech_s: float
    pause_s: float
    """Silence behind it."""


@dataclass(frozen=True, slots=True)
class WordTimes:
    words: tuple[TimedWord, ...]
    marks: tuple[tuple[int, float], ...]
    """What eSpeak's worker says: also beginnings in the middle of a number."""


@dataclass(frozen=True, slots=True)
class Recording:
    """An utterance as eSpeak's worker sends it: 16-bit mono, and offsets with their seconds."""

    pcm: bytes
    rate: int
    marks: tuple[tuple[int, float], ...]


class EspeakTimes:
    """The library in this process; one at a time."""

    def __init__(self) -> None:
        self._model = EspeakModel(EspeakLibrary.open())
        self._known: dict[tuple[str, str], WordTimes] = {}
        self._recorded = lru_cache(maxsize=200)(self._record)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._model.close()

    def of(self, text: str, voice: str) -> WordTimes:
        """Return the times of a text; asked for once, since the library takes 1 ms for a second of speech."""
        if (text, voice) not in self._known:
            self._known[text, voice] = self._measured(text, voice)
        return self._known[text, voice]

    def _measured(self, text: str, voice: str) -> WordTimes:
        recording = self.recording(text, voice)
        samples, rate = np.frombuffer(recording.pcm, dtype="<i2"), recording.rate
        total_s = len(samples) / rate
        tokens = [(found.start(), found.group()) for found in TOKEN.finditer(text)]
        starts = _starts(tokens, recording.marks, total_s)
        words = []
        for (offset, token), start_s, end_s in zip(tokens, starts, [*starts[1:], total_s], strict=True):
            loud = np.flatnonzero(np.abs(samples[round(start_s * rate) : round(end_s * rate)].astype(int)) > QUIET)
            spoken_s = (int(loud[-1]) + 1) / rate if len(loud) else 0.0
            pause_s = end_s - start_s - spoken_s
            pause_s = pause_s if pause_s >= PAUSE_S else 0.0
            speech_s = max(SHORTEST_WORD_S, end_s - start_s - pause_s)
            words.append(TimedWord(plain_word(token), offset, start_s, speech_s, pause_s))
        return WordTimes(tuple(words), recording.marks)

    def recording(self, text: str, voice: str) -> Recording:
        """Return the speech itself; of the texts that came last it is kept."""
        return self._recorded(text, voice)

    def _record(self, text: str, voice: str) -> Recording:
        sink = _Sink()
        for _ in self._model.steps(Utterance(text, voice), sink):
            pass
        return Recording(b"".join(sink.pcm), sink.rate, tuple((mark.offset, mark.at_s) for mark in sink.marks))


def plain_word(token: str) -> str:
    return EDGES.sub("", token).casefold()


def words_of(text: str) -> list[str]:
    """Return the words that a listener has to hear."""
    return [plain_word(found.group()) for found in TOKEN.finditer(text)]


def _starts(tokens: Sequence[tuple[int, str]], marks: Sequence[tuple[int, float]], total_s: float) -> list[float]:
    """Return when each token begins; one that eSpeak ran together with its neighbour gets its share by letters."""
    known: list[float | None] = []
    for offset, token in tokens:
        within = [at_s for mark, at_s in marks if offset <= mark < offset + len(token)]
        known.append(within[0] if within else None)
    if known:
        known[0] = known[0] or 0.0
    points = [(offset, at) for (offset, _), at in zip(tokens, known, strict=True) if at is not None]
    end = tokens[-1][0] + len(tokens[-1][1]) if tokens else 0
    offsets = [offset for offset, _ in points] + [end]
    times = [at for _, at in points] + [total_s]
    return [float(np.interp(offset, offsets, times)) for offset, _ in tokens]


class _Sink:
    """Takes what the model says."""

    def __init__(self) -> None:
        self.pcm: list[bytes] = []
        self.marks: list[Mark] = []
        self.rate = 0
        self.cancelled = False
        self.in_hand_s = 0.0
        self.alone = True

    def open(self, format_: AudioFormat) -> None:
        self.rate = format_.rate

    def emit(self, pcm: bytes, marks: Sequence[Mark] = ()) -> None:
        self.pcm.append(pcm)
        self.marks.extend(marks)

    def on_cancel(self, stop: object) -> None:
        pass
