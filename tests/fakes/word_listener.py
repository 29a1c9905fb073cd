"""Writes down which words were heard, and says which of a text are missing and which came twice.

A word is heard where at least half of its length sounded in one piece, in the order of the text. What sounded of it
before it was cut off, and said again, counts as one repeated word, however short; a piece under 15 ms is not heard at
all. A jump back in the text is a seam; every whole or partial word said again at a seam is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tests.fakes.word_sound import LOWEST_HZ, STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tests.fakes.word_sound import Tones, WordSound

SHORTEST_S = 0.015
HEARD_SHARE = 0.5
TWICE_SHARE = 1.25
"""A speaker who is heard longer than that with one word said it again where it had been cut off."""
QUIET = 250
"""Of 32,767: below is silence, whatever crosses zero there."""
LOST, SEAM = 1_000, 10
"""Costs: of all ways to follow a text, the one that loses least is what happened."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or part of one, as it sounded."""

    word: str
    speaker: int
    start_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    lost: tuple[str, ...]
    repeats: tuple[tuple[str, ...], ...]
    """For every seam the words said again, each once even if only part of it had sounded."""
    strange: tuple[str, ...]
    """Words that are not of this text."""

    @property
    def repeated(self) -> int:
        return sum(len(words) for words in self.repeats)


def pieces(pcm: bytes, rate: int, tones: Tones) -> list[Piece]:
    """Return the words in 16-bit mono audio of any gain, in order."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float64)
    times, numbers = _cycles(samples, rate)
    found: list[Piece] = []
    if not len(times):
        return found
    breaks = np.flatnonzero(np.diff(numbers)) + 1
    for start, end in zip([0, *breaks], [*breaks, len(numbers)], strict=True):
        known = tones.of(int(numbers[start])) if numbers[start] >= 0 else None
        if known is None:
            continue
        began, ended = float(times[start]), float(times[end] if end < len(times) else times[-1])
        last = found[-1] if found else None
        if last and (last.word, last.speaker) == known and began - (last.start_s + last.seconds) < SHORTEST_S:
            found[-1] = Piece(*known, last.start_s, ended - last.start_s)
        elif ended - began >= SHORTEST_S:
            found.append(Piece(*known, began, ended - began))
    return found


def _cycles(samples: NDArray[np.float64], rate: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return when each cycle begins, and the number of its tone; -1 where it is silence or none of ours."""
    before, after = samples[:-1], samples[1:]
    at = np.flatnonzero((before < 0) & (after >= 0))
    if len(at) < 10:
        return np.empty(0), np.empty(0, dtype=np.int64)
    times = (at + before[at] / (before[at] - after[at])) / rate
    peaks = np.maximum.reduceat(np.abs(samples), at)[:-1]
    span = 6
    over = np.concatenate([times[span:] - times[:-span], np.full(span - 1, np.nan)]) / span
    single = np.diff(times)
    tone = np.log(1 / np.where(over > 0, over, np.nan) / LOWEST_HZ) / np.log(STEP)
    # The window must lie within one word: its first cycle is like its mean.
    alike = np.abs(np.log(single / over)) < 0.12
    usable = alike & (peaks > QUIET) & np.isfinite(tone) & (np.abs(tone - np.round(tone)) < 0.45)
    numbers = np.where(usable, np.round(np.nan_to_num(tone, nan=-1.0)), -1).astype(np.int64)
    # The last cycles of a word look ahead into the next: they belong to the tone before.
    for _ in range(span):
        stray = (numbers[1:] < 0) & (numbers[:-1] >= 0) & (peaks[1:] > QUIET)
        stray &= np.abs(np.log(single[1:] / single[:-1])) < 0.12
        numbers[1:] = np.where(stray, numbers[:-1], numbers[1:])
    return times[:-1], numbers


def judged(wanted: Sequence[str], heard: Sequence[Piece], sounds: Sequence[WordSound]) -> Verdict:
    """Compare what was heard with what had to be."""
    known = [piece for piece in heard if piece.word in set(wanted)]
    strange = tuple(piece.word for piece in heard if piece.word not in set(wanted))
    path = _path(wanted, known)
    whole = {at for at, piece in zip(path, known, strict=True) if _is_whole(piece, sounds)}
    repeats: list[tuple[str, ...]] = []
    reached = -1
    for before, at, piece in zip([-1, *path], path, known, strict=False):
        if at <= before:
            repeats.append(())
        if at <= reached:
            repeats[-1] += (wanted[at],)
        elif _is_double(piece, sounds):
            repeats.append((wanted[at],))
        reached = max(reached, at)
    lost = tuple(word for at, word in enumerate(wanted) if at not in whole)
    return Verdict(lost, tuple(repeats), strange)


def _path(wanted: Sequence[str], heard: Sequence[Piece]) -> list[int]:
    """Return the place in the text of each piece, by the way through it that loses least and jumps back least."""
    best: dict[int, tuple[int, list[int]]] = {-1: (0, [])}
    for piece in heard:
        following: dict[int, tuple[int, list[int]]] = {}
        for place, word in enumerate(wanted):
            if word != piece.word:
                continue
            ways = (
                (cost + (LOST * (place - at - 1) if place > at else SEAM + at - place), at, path)
                for at, (cost, path) in best.items()
            )
            cost, _, path = min(ways, key=lambda way: way[:2])
            following[place] = (cost, [*path, place])
        best = following
    ended = ((cost + LOST * (len(wanted) - 1 - at), path) for at, (cost, path) in best.items())
    return min(ended, key=lambda way: way[0])[1]


def _is_whole(piece: Piece, sounds: Sequence[WordSound]) -> bool:
    return piece.seconds >= HEARD_SHARE * sounds[piece.speaker].shortest_s[piece.word]


def _is_double(piece: Piece, sounds: Sequence[WordSound]) -> bool:
    return piece.seconds > TWICE_SHARE * sounds[piece.speaker].longest_s[piece.word]
