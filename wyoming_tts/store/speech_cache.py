"""Speech that was made before: in memory, and behind that on the disk."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.store.byte_room import ByteRoom
from wyoming_tts.store.speech_disk import SpeechDisk
from wyoming_tts.store.speech_files import SpeechFiles
from wyoming_tts.store.speech_memory import Made, SpeechMemory
from wyoming_tts.store.stored_speech import MAX_SPEECH_BYTES, StoredSpeech

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from wyoming_tts.speech.prosody import Prosody
    from wyoming_tts.store.database import Database
    from wyoming_tts.store.text_hash import TextHash

KEY_VERSION = "speech 1"
"""Raised when speech made before must not be heard any more."""
RECORDING_BYTES = 64_000_000
"""Of all speech that is just being heard for the first time."""
CLOSING_S = 5.0
"""How long the end of the server waits for a slow disk."""


@dataclass(frozen=True, slots=True)
class SpeechLimits:
    """How much speech is kept, and for how long."""

    memory_bytes: int = 0
    disk_bytes: int = 0
    max_age_s: float = 0.0
    enabled: bool = False


@dataclass(frozen=True, slots=True)
class SpeechCounts:
    """What the cache has done since the start, and what it holds."""

    hits: int
    misses: int
    entries: int
    """On the disk."""
    memory_bytes: int
    disk_bytes: int


NOTHING_KEPT = SpeechLimits()


class SpeechCache:
    """Two tiers, each with what was heard last. Nothing in it fails: what cannot be kept or read is a miss."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        begin_hash: Callable[[], TextHash],
        limits: SpeechLimits,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the folder of the files, and a database that is open while this is used.

        Args:
            folder: Of the files.
            database: For the index.
            begin_hash: Makes the house's keyed hashes.
            limits: How much is kept.
            now: Seconds since 1970, since it goes on over restarts.

        """
        self._limits = limits
        self._begin_hash = begin_hash
        self._now = now
        self._memory = SpeechMemory(limits.memory_bytes)
        self._disk = SpeechDisk(SpeechFiles(folder), database, max_bytes=limits.disk_bytes, now=now)
        self._hits = self._misses = 0
        self.recording = ByteRoom(RECORDING_BYTES)
        """For those who gather speech in order to put it here."""

    @property
    def enabled(self) -> bool:
        """Whether anything is kept at all."""
        return self._limits.enabled and bool(self._limits.memory_bytes or self._limits.disk_bytes)

    @property
    def problem(self) -> str:
        """A sentence on what is wrong with the disk; "" where all is well."""
        return self._disk.problem

    @property
    def counts(self) -> SpeechCounts:
        """What it has done and holds now."""
        index = self._disk.index
        return SpeechCounts(self._hits, self._misses, len(index), self._memory.bytes, index.bytes)

    def key(
        self,
        provider: str,
        version: str,
        voice: str,
        speaker: str | None,
        prosody: Prosody,
        language: str,
        text: str,
    ) -> bytes:
        """Return the keyed hash of all that decides how a text sounds; it tells nobody what the text is."""
        hashed = self._begin_hash()
        factors = f"{prosody.speed:.3f} {prosody.pitch:.3f} {prosody.volume:.3f}"
        who = "" if speaker is None else f"#{speaker}"
        for part in (KEY_VERSION, provider, version, voice, who, factors, language, text):
            hashed.update(f"{len(part)}:{part}")  # so that no two lists of parts read the same
        return bytes.fromhex(hashed.hexdigest())

    def has(self, key: bytes) -> bool:
        """Whether `get` would return it, as far as that is known without looking at the disk."""
        return any(self._fresh(key, at) for at in (self._memory.made_at(key), self._disk.made_at(key)))

    async def get(self, key: bytes) -> StoredSpeech | None:
        """Return the speech, at once where it is in memory; None for anything missing, too old or damaged."""
        made = self._memory.get(key)
        if made is None or not self._fresh(key, made.at):
            made = await self._from_disk(key)
        if made is None:
            self._misses += 1
            return None
        self._hits += 1
        self._disk.index.use(key, self._now())
        return made.speech

    async def put(self, key: bytes, speech: StoredSpeech) -> None:
        """Keep it: in memory from now on, on the disk soon."""
        if not self.enabled or not speech.pcm or speech.memory_bytes > MAX_SPEECH_BYTES:
            return
        made = Made(speech, self._now())
        self._remember(key, made)
        self._disk.put(key, made)

    def pin(self, keys: Collection[bytes]) -> None:
        """Keep these, however old, and whatever else would need their room; in place of those pinned before."""
        self._disk.index.pin(keys)

    async def load(self) -> None:
        """Learn what is on the disk; for once the database is open."""
        if self._limits.enabled:
            await self._disk.load()

    async def run(self) -> None:
        """Write what is to be kept as it comes, until cancelled; tidy up after a sudden end before."""
        if not self._limits.enabled:
            return
        await self._disk.sweep()  # also where nothing may be kept: that is how the owner gets rid of what is
        while self.enabled:
            await self._disk.wanted.wait()
            self._disk.wanted.clear()
            await self._disk.write()

    async def tidy(self) -> None:
        """Delete what is too old, and note what was heard; for now and then."""
        if self.enabled:
            await self._disk.tidy(self._now() - self._limits.max_age_s)

    async def flush(self) -> None:
        """Write what waits."""
        if self.enabled:
            await self._disk.write()

    async def aclose(self) -> None:
        """Write what waits, while the database is still open; may be called twice."""
        try:
            async with asyncio.timeout(CLOSING_S):
                await self.flush()
                await self.tidy()
        except TimeoutError:
            return

    async def _from_disk(self, key: bytes) -> Made | None:
        made = await self._disk.get(key) if self._fresh(key, self._disk.made_at(key)) else None
        if made is not None:
            self._remember(key, made)
        return made

    def _remember(self, key: bytes, made: Made) -> None:
        # What the disk holds can be brought back from there.
        spare = () if self._limits.disk_bytes else self._disk.index.pinned
        self._memory.put(key, made, spare=spare)

    def _fresh(self, key: bytes, made_at: float | None) -> bool:
        if made_at is None:
            return False
        return key in self._disk.index.pinned or self._now() - made_at < self._limits.max_age_s
