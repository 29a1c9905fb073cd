"""An attempt that a breaker has let through, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from wyoming_tts.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

Outcome: TypeAlias = ProviderError | Literal["succeeded", "abandoned"]


class Trial:
    """Says once how the attempt went; its first word counts."""

    def __init__(self, report: Callable[[Outcome], None]) -> None:
        self._report: Callable[[Outcome], None] | None = report

    def succeeded(self) -> None:
        """Count a success: all was said."""
        self._say("succeeded")

    def failed(self, error: ProviderError) -> None:
        """Count a failure, whether audio has left or not."""
        self._say(error)

    def abandoned(self) -> None:
        """Count nothing: nobody wanted the rest."""
        self._say("abandoned")

    def _say(self, outcome: Outcome) -> None:
        report, self._report = self._report, None
        if report is not None:
            report(outcome)
