"""How something is to be said, as factors of the voice's own way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prosody:
    """Factors of the voice's natural speed, pitch and volume; 1.0 leaves it as it is."""

    speed: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0

    def times(self, other: Prosody) -> Prosody:
        """Return both together, as where a house voice refines its provider."""
        return Prosody(self.speed * other.speed, self.pitch * other.pitch, self.volume * other.volume)


NATURAL = Prosody()
