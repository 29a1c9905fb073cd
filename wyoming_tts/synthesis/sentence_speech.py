"""The audio of several sentences, cut into that of each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from wyoming_tts.audio.pauses import LOWEST_LEVEL, QUIET
from wyoming_tts.speech.audio import Mark
from wyoming_tts.store.stored_speech import StoredSpeech
from wyoming_tts.text.utterances import speech_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.speech.utterance import Utterance

QUIET_AROUND_S = 0.005
"""On either side of a cut; a stop such as `t` is silent for longer, but no sentence begins in the middle of one."""
BACK_S, STEP_S = 0.06, 0.005
"""How far before the word's time a quiet place is looked for: a voice begins a sound a little before its time."""
SHORTEST_SHARE = 0.25
"""Of the time that a sentence takes as a rule; less is the sound of something else."""
LOOKED_AT = 4096
"""Samples that tell how loud the whole is."""
LEVEL_QUANTILE = 0.95


def by_sentence(utterance: Utterance, speech: StoredSpeech) -> Sequence[tuple[str, StoredSpeech]]:
    """Return each sentence with its own audio and marks; the whole where one border cannot be found for sure."""
    whole = [(utterance.text, speech)]
    starts = utterance.sentence_starts
    if len(starts) < 2 or (speech.format.width, speech.format.channels) != (2, 1):
        return whole
    borders = [*starts, len(utterance.text)]
    if starts[0] != 0 or any(later <= earlier for earlier, later in pairwise(borders)):
        return whole
    cuts = _cuts(starts, speech)
    if cuts is None:
        return whole
    ends = [*cuts, len(speech.pcm)]
    parts = [
        (utterance.text[start:stop].rstrip(), _part(speech, (start, stop), (at, end)))
        for (start, stop), (at, end) in zip(pairwise(borders), pairwise(ends), strict=True)
    ]
    speed = utterance.prosody.speed
    return parts if all(_plausible(text, part, speed) for text, part in parts) else whole


def _cuts(starts: Sequence[int], speech: StoredSpeech) -> list[int] | None:
    """Return at which byte each sentence begins; None where it is not plain, or the voice makes no pause there."""
    times: dict[int, float] = {}
    for mark in speech.marks:
        times.setdefault(mark.offset, mark.at_s)
    quiet = _quiet_level(speech.pcm)
    cuts = [0]
    for start in starts[1:]:
        at_s = times.get(start)
        cut = None if at_s is None else _quiet_place(speech, at_s, quiet)
        if cut is None or cut <= cuts[-1]:
            return None
        cuts.append(cut)
    return cuts


def _quiet_place(speech: StoredSpeech, at_s: float, quiet: float) -> int | None:
    """Return the byte next before `at_s` round which it is quiet."""
    format_ = speech.format
    around = format_.size(QUIET_AROUND_S)
    for step in range(round(BACK_S / STEP_S) + 1):
        cut = format_.size(at_s - step * STEP_S)
        if around <= cut <= len(speech.pcm) - around and _peak(speech.pcm[cut - around : cut + around]) <= quiet:
            return cut
    return None


def _part(speech: StoredSpeech, text: tuple[int, int], audio: tuple[int, int]) -> StoredSpeech:
    """Return the speech from byte to byte, with the marks of its own text."""
    (start, stop), (at, end) = text, audio
    at_s, length_s = speech.format.seconds(at), speech.format.seconds(end - at)
    marks = tuple(
        Mark(mark.offset - start, min(max(mark.at_s - at_s, 0.0), length_s))
        for mark in speech.marks
        if start <= mark.offset < stop
    )
    return StoredSpeech(speech.format, speech.pcm[at:end], marks)


def _plausible(text: str, part: StoredSpeech, speed: float) -> bool:
    enough_s = SHORTEST_SHARE * speech_seconds(text) / speed
    return bool(text) and part.format.seconds(len(part.pcm)) >= enough_s and _peak(part.pcm) > 2 * LOWEST_LEVEL


def _quiet_level(pcm: bytes) -> float:
    """Return below what a pause stays, by the level of the whole."""
    samples = memoryview(pcm).cast("h")
    sizes = sorted(map(abs, samples[:: max(1, len(samples) // LOOKED_AT)].tolist()))
    return max(sizes[int((len(sizes) - 1) * LEVEL_QUANTILE)] * QUIET, LOWEST_LEVEL)


def _peak(pcm: bytes) -> int:
    samples = memoryview(pcm).cast("h")[:: max(1, len(pcm) // 2 // LOOKED_AT)].tolist()
    return max(map(abs, samples))
