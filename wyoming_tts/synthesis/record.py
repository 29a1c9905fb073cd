"""What is remembered of a request: enough for the log and the page, never its text."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.telemetry.clock import Clock

RECENT_REQUESTS = 50
"""As many as the page lists; a house speaks a few times an hour."""


@dataclass(slots=True)
class RequestRecord:
    """One request, filled in while it is answered."""

    clock: Clock
    id: str
    client: str
    voice: str
    """As resolved: a house voice's name or `provider/voice`."""
    started_at: float
    """On `clock`."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it began, by the wall clock."""
    links: list[str] = field(default_factory=list)
    """Who spoke, in order."""
    failures: list[str] = field(default_factory=list)
    """Codes of the failed attempts, in order."""
    chars: int = 0
    ttfa_s: float | None = None
    """From accepting the request to its first audio; None while nothing was heard."""
    audio_s: float = 0.0
    duration_s: float | None = None
    outcome: str = "running"
    """`complete`, `nothing-to-say`, `cancelled` or an error's code."""

    def read(self, text: str) -> None:
        """Note text that came from the client."""
        self.chars += len(text)

    def spoke(self, link: str) -> None:
        """Note that `link` begins to speak."""
        if not self.links or self.links[-1] != link:
            self.links.append(link)

    def heard(self, seconds: float) -> None:
        """Note audio handed on."""
        if self.ttfa_s is None:
            self.ttfa_s = self.clock.now() - self.started_at
        self.audio_s += seconds

    def ended(self, outcome: str) -> None:
        """Note how it ended."""
        self.outcome = outcome
        self.duration_s = self.clock.now() - self.started_at


class RecentRequests:
    """The newest records, the latest first."""

    def __init__(self) -> None:
        self._records: deque[RequestRecord] = deque(maxlen=RECENT_REQUESTS)

    def add(self, record: RequestRecord) -> None:
        """Remember one more; the oldest is forgotten."""
        self._records.appendleft(record)

    def __iter__(self) -> Iterator[RequestRecord]:
        return iter(tuple(self._records))

    def __len__(self) -> int:
        return len(self._records)
