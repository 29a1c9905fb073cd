"""A stretch of an answer on its way: its text, and who is saying it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wyoming_tts.text.utterances import speech_seconds

if TYPE_CHECKING:
    from wyoming_tts.synthesis.attempt import Attempt
    from wyoming_tts.synthesis.plan import Plan


@dataclass(slots=True)
class Part:
    """What was planned as one utterance. A link that takes less at a time gets it in pieces."""

    plan: Plan
    previous_text: str
    attempt: Attempt
    held_up_s: float
    """How long the output had been held up by its reader when the attempt began."""
    pieces: list[str] = field(default_factory=list)
    """What is to be said after the attempt's text."""
    next_text: str = ""
    """What follows, as far as it was known when this was planned, and may be told."""
    rival: Attempt | None = None
    """The next link's attempt at the same text, begun since this one is late."""

    @property
    def unsent_s(self) -> float:
        """Seconds of speech that the listener has not been sent yet, roughly."""
        text_s = speech_seconds(self.attempt.utterance.text) / self.attempt.utterance.prosody.speed
        return max(0.0, text_s - self.attempt.heard_s) + sum(map(speech_seconds, self.pieces))

    @property
    def coming(self) -> str:
        """What is said after the attempt's text."""
        return self.pieces[0] if self.pieces else self.next_text

    def cancel(self) -> None:
        """End all work on it."""
        self.attempt.cancel()
        self.drop_rival()

    def change_over(self) -> Attempt:
        """Let the rival say it; return the attempt that it has beaten, which is ended as late."""
        if self.rival is None:
            raise RuntimeError("nobody stands beside the attempt")
        beaten, self.attempt, self.rival = self.attempt, self.rival, None
        beaten.lose()
        return beaten

    def drop_rival(self) -> None:
        """End the rival's attempt: it is not needed."""
        if self.rival is not None:
            self.rival.cancel()
            self.rival = None
