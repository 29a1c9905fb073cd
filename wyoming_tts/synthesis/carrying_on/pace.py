"""How fast each voice speaks beside the yardstick."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from wyoming_tts.synthesis.recent import Recent

if TYPE_CHECKING:
    from wyoming_tts.speech.utterance import Utterance

SHORTEST_S = 2.0
"""Of less audio the silence at the beginning is too large a part."""
RATIOS = 8
MARGIN = 0.15
"""A voice strays that far from its own mean within an utterance: measured with the word times of four Flite voices."""
CERTAIN_AFTER = 5
"""Utterances; until then the bounds are between those of the unknown voice and what was learned."""
VOICES = 1000


class Pace(NamedTuple):
    """Factors of the yardstick's times between which a voice's own times lie."""

    slowest: float
    fastest: float


UNKNOWN = Pace(slowest=1.45, fastest=0.75)
"""Voices differ from eSpeak NG by up to a fifth, and stray. A slow one that is taken for faster loses words; a fast one
that is taken for slower says some twice."""


def voice_key(provider: str, utterance: Utterance) -> str:
    """Return the name by which a voice's pace is known."""
    return f"{provider}/{utterance.voice}#{utterance.speaker or ''}"


class Paces:
    """Learns from utterances that are known to be complete."""

    def __init__(self) -> None:
        self._learned: Recent[tuple[str, float], deque[float]] = Recent(VOICES)

    def teach(self, voice_key: str, audio_s: float, measured_s: float, *, speed: float = 1.0) -> None:
        """Learn that the voice took `audio_s` for what the yardstick takes `measured_s` for; both at that speed."""
        if audio_s < SHORTEST_S or measured_s <= 0:
            return
        key = (voice_key, round(speed, 2))
        ratios = self._learned.get(key) or deque[float](maxlen=RATIOS)
        ratios.append(audio_s / measured_s)
        self._learned.put(key, ratios)

    def bounds(self, voice_key: str, *, speed: float = 1.0) -> Pace:
        """Return the bounds of the voice's times, as factors of the yardstick's at that speed.

        An unknown voice may take no notice of the speed that it is asked for.
        """
        guess = Pace(UNKNOWN.slowest * max(speed, 1.0), UNKNOWN.fastest * min(speed, 1.0))
        ratios = self._learned.get((voice_key, round(speed, 2)))
        if not ratios:
            return guess
        slowest = max(ratios) * (1 + MARGIN)
        fastest = min(ratios) * (1 - MARGIN)
        doubt = max(0.0, 1 - len(ratios) / CERTAIN_AFTER)
        return Pace(
            slowest + doubt * max(0.0, guess.slowest - slowest), fastest - doubt * max(0.0, fastest - guess.fastest)
        )

    def is_known(self, voice_key: str, *, speed: float = 1.0) -> bool:
        """Whether enough was learned to trust the bounds."""
        return len(self._learned.get((voice_key, round(speed, 2))) or ()) >= CERTAIN_AFTER
