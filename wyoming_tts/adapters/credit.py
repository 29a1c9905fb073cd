"""What is left on the owner's account at a provider."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """As the provider said it last, less what was used since."""

    left: int
    """In the provider's own units, mostly characters."""
    limit: int
    """In a whole period."""
    resets_in_s: float | None = None
    """Seconds until the next period begins, counted from when it was asked."""
    per_char: float = 1.0
    """What one character costs, in these units."""
