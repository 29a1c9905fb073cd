"""What the rooms ask for, and how often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

TEXTS = ((0.50, 30), (0.30, 90), (0.15, 250), (0.05, 700))
"""Shares of answers and their characters: "The light is on.", a sentence, some sentences, a story from an assistant."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A room in the busy hour of the day."""

    requests_per_h: float = 3.0
    """Of a room, on an average hour of the day."""
    peak: float = 4.0
    """How many times the average the busy hour is."""
    hits: float = 0.0
    """Share of answers that come from the cache, or from a synthesis that is under way for another room."""
    texts: tuple[tuple[float, int], ...] = TEXTS

    @property
    def mean_chars(self) -> float:
        return math.fsum(share * chars for share, chars in self.texts)

    def spoken_per_s(self, rooms: float) -> float:
        """Return how many answers a second all rooms together want made in the busy hour."""
        return rooms * self.requests_per_h * self.peak * (1 - self.hits) / 3600

    def pause_s(self, random: Random) -> float:
        """Return how long a room waits from one request that must be made to the next, as a rule."""
        return random.expovariate(self.spoken_per_s(1))

    def chars(self, random: Random) -> int:
        """Return the length of some answer."""
        return random.choices([chars for _, chars in self.texts], [share for share, _ in self.texts])[0]
