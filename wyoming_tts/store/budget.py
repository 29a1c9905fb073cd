"""What the owner allows a provider to use, and what it has used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.store.period import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

MICROS = 1_000_000
"""Money is counted in whole millionths, since sums of fractions miss a limit."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used in a day or a month."""

    chars: int = 0
    micros: int = 0
    """Millionths of the owner's currency."""
    warnings: int = 0
    """How often the owner was told that little is left."""

    @property
    def money(self) -> float:
        """In the owner's currency."""
        return self.micros / MICROS

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.chars + other.chars, self.micros + other.micros, self.warnings + other.warnings)

    def __neg__(self) -> Spent:
        return Spent(-self.chars, -self.micros, -self.warnings)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a provider may use; None is no limit."""

    characters_per_day: int | None = None
    characters_per_month: int | None = None
    price_per_1000_characters: float = 0.0
    money_per_day: float | None = None
    money_per_month: float | None = None
    warning_share: float = 0.8
    """Of a limit; from there on the owner is told."""

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return any(True for span in Span for _ in self._limits(span, Spent()))

    def cost(self, chars: int) -> Spent:
        """Return what speaking so many characters uses."""
        return Spent(chars, round(chars * self.price_per_1000_characters * MICROS / 1000))

    def passed(self, span: Span, spent: Spent) -> str:
        """Return the limit that is passed, in words; "" where none is."""
        return next((words for used, limit, words in self._limits(span, spent) if used > limit), "")

    def nearly(self, span: Span, spent: Spent) -> str:
        """Return the limit of which so much is used that the owner should know, in words; "" where none is."""
        warn_at = self.warning_share
        return next((words for used, limit, words in self._limits(span, spent) if used >= limit * warn_at), "")

    def _limits(self, span: Span, spent: Spent) -> Iterator[tuple[int, int, str]]:
        """Yield what is used, what is allowed, and that in words."""
        daily = span is Span.DAY
        if (chars := self.characters_per_day if daily else self.characters_per_month) is not None:
            yield spent.chars, chars, f"{chars} characters a {span}"
        if (money := self.money_per_day if daily else self.money_per_month) is not None:
            yield spent.micros, round(money * MICROS), f"{money:g} of money a {span}"


UNLIMITED = Budget()
