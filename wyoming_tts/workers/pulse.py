"""Whether a worker's engine gets on with its work, as two events between the worker and its host."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Self

from wyoming.event import Event

PULSE_TYPE = "tts-pulse"
"""Asked and answered under the same name; the loop's thread answers, so that a busy engine is no reason for silence."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Two that are equal and busy, long enough apart, are of an engine that hangs."""

    busy: bool = False
    """There is work."""
    loading: bool = False
    """It is at something that may take long and shows no progress: a model, or a voice's weights."""
    steps: int = 0
    """Done since its start."""
    seconds: float = 0.0
    """Audio made so far of the utterance in work."""

    def event(self) -> Event:
        """Return it as a private event."""
        return Event(PULSE_TYPE, asdict(self))

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return what `event` packed; raises TypeError where it is not that."""
        return cls(**event.data)
