"""What one client is to ask for, and when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One request on a connection of its own."""

    text: str
    at_s: float = 0.0
    """Seconds from the beginning of all calls that are made together."""
    token_s: float | None = None
    """Seconds between two tokens of a text stream; None sends the text in one piece."""
    sentence_chars: int = 0
    """Where the first sentence of a text stream ends."""
    leaves: bool = False
    """Hang up at the first audio."""
