"""What the owner may say about speech that is kept to be heard again."""

from typing import Annotated

from pydantic import Field

from wyoming_tts.settings.section import Count, Section


class CacheSettings(Section):
    """Speech that is kept: what is said again is there at once, costs nothing, and needs no internet."""

    enabled: bool = True
    """Whether speech is kept at all; `false` leaves what is on the disk where it is, and uses none of it."""
    memory_mb: Annotated[Count, Field(ge=0, le=100_000)] = 32
    """How many megabytes of it may be kept in memory: 12 minutes in 32 MB. 0 is none."""
    disk_mb: Annotated[Count, Field(ge=0, le=10_000_000)] = 500
    """How many megabytes of it may be kept on the disk, in `cache/speech` of the data directory: 3 hours in 500 MB.
    What was not heard for the longest goes first. 0 keeps none there, and deletes what is."""
    max_days: Annotated[Count, Field(ge=1, le=3_650)] = 90
    """After how many days it is made anew, since a voice elsewhere may have changed under its old name."""

    @property
    def memory_bytes(self) -> int:
        """Of speech in memory."""
        return self.memory_mb * 1_000_000

    @property
    def disk_bytes(self) -> int:
        """Of speech on the disk."""
        return self.disk_mb * 1_000_000
