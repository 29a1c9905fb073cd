"""What is said as one utterance, of what has been read so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.synthesis.plan import Plan
from wyoming_tts.text.utterances import UtterancePlanner, bounded

if TYPE_CHECKING:
    from wyoming_tts.synthesis.launcher import Launcher
    from wyoming_tts.synthesis.manner import Manner
    from wyoming_tts.synthesis.reading import Reading


class Planning:
    """Takes the text of one answer's utterances from its reading, as the current link likes them."""

    def __init__(self, reading: Reading, launcher: Launcher, manner: Manner) -> None:
        self._reading = reading
        self._launcher = launcher
        self._whole_first_chars = manner.whole_first_chars

    def take(self, in_hand_s: float, *, first: bool) -> Plan:
        """Take the next utterance of at least one waiting piece; `in_hand_s` is what the listener has to play."""
        waiting = self._reading.waiting()
        max_chars = self._launcher.max_chars()
        if first and self._is_better_begun(waiting[0], max_chars):
            return Plan.of([self._reading.take_clause()])
        count = UtterancePlanner(max_chars=max_chars).plan(
            waiting, in_hand_s, first=first, joinable=self._launcher.joinable, held=self._launcher.holds
        )
        return Plan.of(self._reading.take(count, max_chars))

    def _is_better_begun(self, sentence: str, max_chars: int) -> bool:
        """Whether its first clause alone is heard sooner."""
        return (
            len(sentence) > self._whole_first_chars
            and self._launcher.works_longer_for_more
            and not self._launcher.holds(bounded(sentence, max_chars)[0])
        )
