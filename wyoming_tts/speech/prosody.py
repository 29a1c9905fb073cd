"""How something is to be said, as factors of the voice's own way."""

from __future__ import annotations

from dataclasses import dataclass

SPEEDS, PITCHES, VOLUMES = (0.25, 4.0), (0.5, 2.0), (0.0, 4.0)
"""The smallest and the largest factor that anybody may ask for."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """Factors of the voice's natural speed, pitch and volume; 1.0 leaves it as it is."""

    speed: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0

    def times(self, other: Prosody) -> Prosody:
        """Return both together, as where a house voice refines its provider."""
        return Prosody(self.speed * other.speed, self.pitch * other.pitch, self.volume * other.volume)

    def bounded(self) -> Prosody:
        """Return the nearest that anybody may ask for."""
        return Prosody(_between(self.speed, SPEEDS), _between(self.pitch, PITCHES), _between(self.volume, VOLUMES))


def _between(factor: float, bounds: tuple[float, float]) -> float:
    return min(max(factor, bounds[0]), bounds[1])


NATURAL = Prosody()
