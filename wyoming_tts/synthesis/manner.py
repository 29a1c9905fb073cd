"""How answers are given: the owner's settings that matter to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wyoming_tts.adapters.base import Adapter


@dataclass(frozen=True, slots=True)
class Manner:
    """Sizes, patience and silences of an answer."""

    max_utterance_chars: int = 300
    max_unmarked_chars: int = 80
    """The longest utterance for a link that gives no word times."""
    whole_first_chars: int = 100
    """A longer first sentence begins with its first clause, where a voice on this machine has to work for it."""
    clause_after_s: float | None = 0.3
    """Seconds of a text stream after which its first clause is enough to begin with; None waits for the sentence."""
    code_blocks: Literal["skip", "speak"] = "skip"
    first_audio_s: float = 1.5
    """Patience with a link while another stands behind it."""
    last_first_audio_s: float = 10.0
    hedge: Literal["free", "any", "off"] = "free"
    hedge_after_s: float = 0.7
    """ESPHome's players give up after 2 s without audio: so much is left for the second link, and for the network."""
    lead_in_s: float = 0.0
    tail_s: float = 0.0

    def max_chars(self, adapter: Adapter, voice: str) -> int:
        """Return the longest text that a voice gets at once."""
        most = self.max_utterance_chars
        if not adapter.marks_words(voice):
            most = min(most, self.max_unmarked_chars)
        return min(most, adapter.capabilities.max_chars or most)
