"""How far in its text a voice has come: for sure, and at the most.

Pauses are left out of both sides of the comparison, since no two voices make them alike. Taking a certain pause for the
one between two certain clauses was tried and left out: with each of them beyond doubt it spares the listener two
characters in a cut, and with less than that it loses words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.synthesis.carrying_on.timetable import Timetable, silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.audio.pauses import Pause
    from wyoming_tts.speech.audio import Mark
    from wyoming_tts.synthesis.carrying_on.pace import Pace
    from wyoming_tts.synthesis.carrying_on.yardstick import Spoken

SLACK_S = 0.1
"""What a voice may be off beside its pace: a slow beginning, one long word."""
EDGE_S = 0.03
"""A pause that begins so early is the silence before the first word."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was handed on of an utterance before it was cut."""

    seconds: float
    marks: Sequence[Mark] = ()
    """The link's word times, perhaps a little ahead of the audio."""
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Numbers of words."""

    surely: int
    """This one has begun, so all before it was said."""
    furthest: int
    """None behind this one has begun."""


def locate(text: str, spoken: Spoken, pace: Pace, heard: Heard) -> Whereabouts:
    """Return where a voice has come to.

    Args:
        text: Not blank: `spoken` has words of it.
        spoken: The text as the yardstick says it.
        pace: Bounds of the voice's.
        heard: Its audio.

    """
    table = Timetable(text, spoken, pace)
    begun_s = next((pause.end_s for pause in heard.pauses if pause.start_s < EDGE_S), 0.0)
    played_s = heard.seconds - begun_s
    speech_s = played_s - silence(heard.pauses, begun_s, heard.seconds)
    surely = furthest = 0
    for word in range(1, table.end):
        latest = table.latest(word)
        if latest.at_s + SLACK_S <= played_s and latest.speech_s + SLACK_S <= speech_s:
            surely = word
        if table.earliest(word).speech_s - SLACK_S <= speech_s:
            furthest = word
    return Whereabouts(surely, furthest)
