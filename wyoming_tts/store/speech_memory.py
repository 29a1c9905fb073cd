"""Speech in memory, as much as the owner allows."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from wyoming_tts.store.stored_speech import StoredSpeech

LARGEST_SHARE = 0.25
"""Of the memory; a single speech that takes more would drive out all that is heard daily."""


@dataclass(frozen=True, slots=True)
class Made:
    """Speech, and when it was made."""

    speech: StoredSpeech
    at: float
    """Seconds since 1970."""


class SpeechMemory:
    """Remembers the speech that was put or asked for last, in so many bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[bytes, Made] = OrderedDict()
        self.bytes = 0
        """Taken now."""

    def __contains__(self, key: bytes) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def made_at(self, key: bytes) -> float | None:
        """Return when the speech was made; None where it is not here."""
        made = self._entries.get(key)
        return None if made is None else made.at

    def get(self, key: bytes) -> Made | None:
        """Return it, fresh in memory by that."""
        made = self._entries.get(key)
        if made is not None:
            self._entries.move_to_end(key)
        return made

    def put(self, key: bytes, made: Made, *, spare: Collection[bytes] = ()) -> None:
        """Remember it in place of what nobody has asked for the longest, but for the keys to be spared."""
        self.drop(key)
        size = made.speech.memory_bytes
        if size > self._max_bytes * LARGEST_SHARE:
            return
        held = sum(self._entries[kept].speech.memory_bytes for kept in spare if kept in self._entries)
        if held + size > self._max_bytes:
            return
        while self.bytes + size > self._max_bytes:
            oldest = next((known for known in self._entries if known not in spare), None)
            if oldest is None:
                return
            self.drop(oldest)
        self._entries[key] = made
        self.bytes += size

    def drop(self, key: bytes) -> None:
        """Forget it, if it is here."""
        made = self._entries.pop(key, None)
        if made is not None:
            self.bytes -= made.speech.memory_bytes
