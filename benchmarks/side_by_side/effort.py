"""How often everything is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Enough to be quoted, or just enough to see that everything works."""

    quick: bool

    def of(self, full: int, quick: int = 2) -> int:
        return quick if self.quick else full
