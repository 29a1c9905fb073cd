"""A number of bytes that many take from."""

from __future__ import annotations


class ByteRoom:
    """Says whether there is room for more, over all who ask."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.taken = 0

    def take(self, size: int) -> bool:
        """Take so many bytes; False, and nothing is taken, where that is more than is left."""
        if self.taken + size > self._max_bytes:
            return False
        self.taken += size
        return True

    def give_back(self, size: int) -> None:
        """Return what was taken."""
        self.taken -= size
