"""Bytes that have come and wait to be understood."""


class Inbox:
    """A queue of bytes; what is to be skipped is counted and never held."""

    def __init__(self) -> None:
        self.ended = False
        """Nothing more will come."""
        self.seen_bytes = 0
        """Everything that ever came."""
        self._held = bytearray()
        self._to_skip = 0

    def __len__(self) -> int:
        return len(self._held)

    def put(self, data: bytes) -> None:
        """Add what has come."""
        self.seen_bytes += len(data)
        unwanted = min(self._to_skip, len(data))
        self._to_skip -= unwanted
        self._held += memoryview(data)[unwanted:]

    def peek(self, size: int, *, start: int = 0) -> bytes:
        """Return up to `size` bytes and leave them in."""
        return bytes(self._held[start : start + size])

    def take(self, size: int) -> bytes:
        """Return up to `size` bytes and forget them."""
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def skip(self, size: int) -> None:
        """Forget the next `size` bytes, also those that have not come yet."""
        held = min(size, len(self._held))
        del self._held[:held]
        self._to_skip += size - held

    def find(self, pattern: bytes, start: int) -> int:
        """Return where the pattern first stands from `start` on, or -1."""
        return self._held.find(pattern, start)
