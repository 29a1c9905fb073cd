"""Whether an utterance that ended as if all had been said was cut off."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.synthesis.carrying_on.pace import SHORTEST_S, VOICES, Paces
from wyoming_tts.synthesis.carrying_on.timetable import Timetable
from wyoming_tts.synthesis.recent import Recent
from wyoming_tts.text.words import word_start, word_starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.speech.audio import Mark
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.carrying_on.yardstick import Spoken, Yardstick

SHORT = 0.8
"""Of the fastest voice's time: hardly anybody is so fast, and whoever is shows it by being so again."""
SHORT_WHERE_QUIET = 0.95
"""The same for a voice that was heard to end quietly, so that it is a voice like others."""
SHORT_WHERE_ESTIMATED = 0.5
NEARLY_ALL = 0.97
"""Of the slowest voice's time, from which on a loud end is the voice's own."""
WORD_SAID = 0.6
"""Of the last word's time; of a word that was cut off later enough was heard to understand it."""
REST_SAID = 0.7
"""Of the shortest time for all that follows a mark: the engine set one mark for several words."""
HABIT = 3
"""Doubtful ends one after the other, at the same pace, are the voice's own."""
ALIKE = 1.1


class Completeness:
    """Judges ends, and teaches the pace of the voices that came to a natural one."""

    def __init__(self, yardstick: Yardstick, paces: Paces) -> None:
        self._yardstick = yardstick
        self._paces = paces
        self._doubtful: Recent[str, deque[float]] = Recent(VOICES)
        """Audio over the yardstick's time of each voice's last doubtful ends."""
        self._quiet: Recent[str, None] = Recent(VOICES)
        """Voices that have ended quietly before; of others a loud end may be their way."""

    async def is_cut_off(
        self,
        utterance: Utterance,
        *,
        voice_key: str,
        audio_s: float,
        marks: Sequence[Mark],
        abrupt: bool,
        marks_every_word: bool = True,
    ) -> bool:
        """Judge audio that has ended; nothing is said of no audio at all.

        Args:
            utterance: What was to be said.
            voice_key: Whose pace counts.
            audio_s: All the audio there was.
            marks: All the word times there were.
            abrupt: It did not end quietly.
            marks_every_word: The engine has no words whose times it does not know.

        """
        if marks and not abrupt and _reaches_the_last_word(utterance.text, marks, audio_s):
            self._quiet.put(voice_key, None)
            return False  # nothing is left to be measured, which would be as much work again for eSpeak NG itself
        speed = utterance.prosody.speed
        spoken = await self._yardstick.measure(utterance.text, utterance.language, speed=speed)
        if not spoken.words or audio_s <= 0:
            return False
        table = Timetable(utterance.text, spoken, self._paces.bounds(voice_key, speed=speed))
        is_quiet = voice_key in self._quiet
        if marks:
            ended = _Ended(audio_s, abrupt=abrupt and is_quiet, marks_every_word=marks_every_word)
            cut = _lacks_words(utterance.text, spoken, table, marks, ended)
        else:
            doubtful = self._is_short(spoken, table, audio_s, is_quiet=is_quiet)
            if abrupt and is_quiet and not spoken.estimated:
                doubtful = doubtful or audio_s < NEARLY_ALL * table.latest(table.end).at_s
            # A voice whose pace is known is not suddenly faster; cuts may happen to be alike.
            is_possible = audio_s >= table.earliest(table.end).at_s or not self._paces.is_known(voice_key, speed=speed)
            cut = doubtful and not (is_possible and self._is_habit(voice_key, spoken, audio_s))
        if not cut and not spoken.estimated:
            self._paces.teach(voice_key, audio_s, spoken.total_s, speed=speed)
        if not cut and not abrupt:
            self._quiet.put(voice_key, None)
        return cut

    def _is_short(self, spoken: Spoken, table: Timetable, audio_s: float, *, is_quiet: bool) -> bool:
        shortest_s = table.earliest(table.end).at_s
        if spoken.estimated:
            return audio_s < SHORT_WHERE_ESTIMATED * shortest_s
        return audio_s < (SHORT_WHERE_QUIET if is_quiet else SHORT) * shortest_s

    def _is_habit(self, voice_key: str, spoken: Spoken, audio_s: float) -> bool:
        """Whether the voice has ended like this, at this pace, several times: cuts would come anywhere."""
        ends = self._doubtful.get(voice_key) or deque[float](maxlen=HABIT)
        self._doubtful.put(voice_key, ends)
        ratio = audio_s / spoken.total_s
        if audio_s >= SHORTEST_S:
            ends.append(ratio)
        return len(ends) == HABIT and max(ends) <= ALIKE * min(ends) and ratio * ALIKE >= min(ends)


def _reaches_the_last_word(text: str, marks: Sequence[Mark], audio_s: float) -> bool:
    starts = word_starts(text)
    return bool(starts) and max((mark.offset for mark in marks if mark.at_s <= audio_s), default=-1) >= starts[-1]


@dataclass(frozen=True, slots=True)
class _Ended:
    """How the audio ended."""

    audio_s: float
    abrupt: bool
    marks_every_word: bool


def _lacks_words(text: str, spoken: Spoken, table: Timetable, marks: Sequence[Mark], ended: _Ended) -> bool:
    """Whether words follow the last mark, or the last word was hardly begun."""
    starts, audio_s = word_starts(text), ended.audio_s
    marked = {word_start(starts, mark.offset) for mark in marks if mark.at_s <= audio_s}
    last = max(marked, default=0)
    word = max((number for number, known in enumerate(spoken.words) if known.offset <= last), default=0)
    since_s = audio_s - max((mark.at_s for mark in marks if mark.at_s <= audio_s), default=0.0)
    shortest_s = table.earliest(table.end).at_s - table.earliest(word).at_s
    if word + 1 == table.end:
        return ended.abrupt and since_s < WORD_SAID * (spoken.total_s - spoken.words[word].at_s)
    has_all = not spoken.estimated and marked.issuperset(known.offset for known in spoken.words[: word + 1])
    return (has_all and ended.marks_every_word) or since_s < REST_SAID * shortest_s
