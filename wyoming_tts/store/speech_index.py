"""Which speech lies on the disk: in memory for whoever asks, in a table for the next start; by keyed hashes only."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable

SCHEMA = """
CREATE TABLE IF NOT EXISTS speech (
    key BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    made_at REAL NOT NULL,
    used_at REAL NOT NULL,
    pinned INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(slots=True)
class Entry:
    """One file of speech."""

    size_bytes: int
    """Of the disk."""
    made_at: float
    """Seconds since 1970."""
    used_at: float


@dataclass(slots=True)
class Unsaved:
    """What the table does not know yet."""

    added: dict[bytes, Entry] = field(default_factory=dict)
    used: dict[bytes, float] = field(default_factory=dict)
    dropped: set[bytes] = field(default_factory=set)
    pins: bool = False
    """Others are pinned than it says."""

    def __bool__(self) -> bool:
        return bool(self.added or self.used or self.dropped or self.pins)


class SpeechIndex:
    """The entries in the order of their use, with what they take together."""

    def __init__(self) -> None:
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()
        self._unsaved = Unsaved()
        self.bytes = 0
        self.pinned: frozenset[bytes] = frozenset()
        """Neither too old nor too many, ever."""

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: bytes) -> Entry | None:
        """Return the entry, if it is known."""
        return self._entries.get(key)

    def keys(self) -> frozenset[bytes]:
        """Return all keys."""
        return frozenset(self._entries)

    def add(self, key: bytes, entry: Entry) -> None:
        """Take it up as the one used last."""
        self.drop(key)
        self._entries[key] = entry
        self.bytes += entry.size_bytes
        self._unsaved.dropped.discard(key)
        self._unsaved.added[key] = entry

    def drop(self, key: bytes) -> None:
        """Forget it, if it is known."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry.size_bytes
            self._unsaved.added.pop(key, None)
            self._unsaved.used.pop(key, None)
            self._unsaved.dropped.add(key)

    def use(self, key: bytes, now: float) -> None:
        """Note that it was heard."""
        entry = self._entries.get(key)
        if entry is not None:
            entry.used_at = now
            self._entries.move_to_end(key)
            self._unsaved.used[key] = now

    def pin(self, keys: Collection[bytes]) -> None:
        """Hold these, and no others any more."""
        pinned = frozenset(keys)
        self._unsaved.pins |= pinned != self.pinned
        self.pinned = pinned

    def make_room(self, size_bytes: int, max_bytes: int) -> list[bytes]:
        """Drop and return what was not heard for the longest until so much more fits; the pinned stay, if any may."""
        going: list[bytes] = []
        spared = self.pinned if max_bytes else frozenset()
        too_much = self.bytes + size_bytes - max_bytes
        for key, entry in self._entries.items():
            if too_much <= 0:
                break
            if key not in spared:
                going.append(key)
                too_much -= entry.size_bytes
        for key in going:
            self.drop(key)
        return going

    def drop_old(self, until: float) -> list[bytes]:
        """Drop what was made up to a moment, and return it; the pinned stay."""
        going = [key for key, entry in self._entries.items() if entry.made_at <= until and key not in self.pinned]
        for key in going:
            self.drop(key)
        return going

    def take_unsaved(self) -> Unsaved:
        """Return what is to be saved, and count it as saved."""
        taken, self._unsaved = self._unsaved, Unsaved()
        return taken

    def keep_unsaved_pins(self) -> None:
        """Count what is pinned as not saved: saving it has failed."""
        self._unsaved.pins = True

    def load(self, rows: Iterable[tuple[bytes, int, float, float, int]]) -> None:
        """Take up the rows of `select`."""
        pinned = set(self.pinned)
        for key, size, made_at, used_at, is_pinned in rows:
            self._entries[key] = Entry(size, made_at, used_at)
            self.bytes += size
            if is_pinned:
                pinned.add(key)
        self.pinned = frozenset(pinned)


def select(connection: sqlite3.Connection) -> list[tuple[bytes, int, float, float, int]]:
    """Return what the table holds, the one not used for the longest first."""
    return connection.execute("SELECT key, size, made_at, used_at, pinned FROM speech ORDER BY used_at").fetchall()


def save(connection: sqlite3.Connection, unsaved: Unsaved, pinned: frozenset[bytes]) -> None:
    """Write it into the table."""
    connection.executemany("DELETE FROM speech WHERE key = ?", [(key,) for key in unsaved.dropped])
    rows = [
        (key, entry.size_bytes, entry.made_at, entry.used_at, key in pinned) for key, entry in unsaved.added.items()
    ]
    connection.executemany("INSERT OR REPLACE INTO speech VALUES (?, ?, ?, ?, ?)", rows)
    used = [(used_at, key) for key, used_at in unsaved.used.items()]
    connection.executemany("UPDATE speech SET used_at = ? WHERE key = ?", used)
    if unsaved.pins:
        connection.execute("UPDATE speech SET pinned = 0 WHERE pinned")
        connection.executemany("UPDATE speech SET pinned = 1 WHERE key = ?", [(key,) for key in pinned])
