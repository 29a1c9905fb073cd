"""What is still to be said of an utterance that was cut off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.speech.audio import Mark
    from wyoming_tts.speech.utterance import Utterance


def remainder(utterance: Utterance, marks: Sequence[Mark], heard_s: float) -> Utterance:
    """Return the rest to be said by the next link after `heard_s` seconds of audio were handed on.

    With word times it begins at the word that was being spoken: no word is lost, at most one is heard twice.
    Without them it is the whole utterance: no word is lost either, but all of it is heard twice.
    """
    if not heard_s:
        return utterance
    begun = [mark.offset for mark in marks if mark.at_s <= heard_s]
    start = max(begun, default=0)
    return replace(utterance, text=utterance.text[start:], cacheable=False, due_s=0.0)
