"""What the next link is to say after an attempt was cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.synthesis.carrying_on.pace import voice_key
from wyoming_tts.synthesis.carrying_on.remainder import rest_of

if TYPE_CHECKING:
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.attempt import Attempt
    from wyoming_tts.synthesis.carrying_on.pace import Paces
    from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick


@dataclass(frozen=True, slots=True)
class CarryOn:
    """Finds where in its text an attempt stopped; no word is lost."""

    yardstick: Yardstick
    paces: Paces

    async def rest_of(self, attempt: Attempt) -> Utterance:
        """Return the rest of the attempt's utterance."""
        utterance = attempt.utterance
        key = voice_key(attempt.link.provider.name, utterance)
        return await rest_of(utterance, attempt.heard, self.yardstick, self.paces, key)
