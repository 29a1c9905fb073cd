"""What is still to be said of an utterance that was cut off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wyoming_tts.audio.pauses import WINDOW_S
from wyoming_tts.synthesis.carrying_on.whereabouts import locate
from wyoming_tts.text.clauses import clause_starts
from wyoming_tts.text.words import word_start, word_starts

if TYPE_CHECKING:
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.carrying_on.pace import Paces
    from wyoming_tts.synthesis.carrying_on.whereabouts import Heard
    from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick

MOST_REPEATED_CHARS = 80
"""Heard twice at the most, where the next link begins with a whole clause: 5 s; else it begins with a word."""


async def rest_of(utterance: Utterance, heard: Heard, yardstick: Yardstick, paces: Paces, voice_key: str) -> Utterance:
    """Return the rest to be said by the next link after `heard` was handed on. No word of it is lost.

    With word times it begins with the word that was being spoken. Without them it begins with the last clause, or a
    word of a clause that is too long, that the voice has surely begun.

    Args:
        utterance: What the link that was cut was given.
        heard: Its audio.
        yardstick: Measures the text.
        paces: Knows the link's voice, perhaps.
        voice_key: The voice's name there.

    """
    if heard.seconds <= 0:
        return utterance
    if heard.marks:
        start = _word_being_said(utterance.text, heard)
    else:
        start = await _clause_begun(utterance, heard, yardstick, paces, voice_key)
    said, rest = utterance.text[:start].strip(), utterance.text[start:]
    previous_text = f"{utterance.previous_text} {said}".strip()
    return replace(utterance, text=rest, previous_text=previous_text, cacheable=False, due_s=0.0)


def _word_being_said(text: str, heard: Heard) -> int:
    sounded_s = heard.seconds
    # An engine that went silent may have gone on sending marks.
    if heard.pauses and heard.pauses[-1].end_s >= heard.seconds - 2 * WINDOW_S:
        sounded_s = heard.pauses[-1].start_s
    begun = [mark.offset for mark in heard.marks if mark.at_s <= sounded_s]
    return word_start(word_starts(text), max(begun, default=0))


async def _clause_begun(utterance: Utterance, heard: Heard, yardstick: Yardstick, paces: Paces, voice_key: str) -> int:
    text, speed = utterance.text, utterance.prosody.speed
    spoken = await yardstick.measure(text, utterance.language, speed=speed)
    if not spoken.words:
        return 0
    found = locate(text, spoken, paces.bounds(voice_key, speed=speed), heard)
    surely = spoken.words[found.surely].offset
    start = max((clause for clause in clause_starts(text) if clause <= surely), default=0)
    after = spoken.words[found.furthest + 1].offset if found.furthest + 1 < len(spoken.words) else len(text)
    return start if after - start <= MOST_REPEATED_CHARS else max(start, surely if found.surely else 0)
