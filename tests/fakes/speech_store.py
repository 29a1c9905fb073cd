"""A cache of speech in a folder of its own, as a house has it, and speech to put there."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from wyoming_tts.speech.audio import AudioFormat, Mark
from wyoming_tts.speech.prosody import NATURAL
from wyoming_tts.store import speech_index
from wyoming_tts.store.database import DATABASE_NAME, Database
from wyoming_tts.store.speech_cache import SpeechCache, SpeechLimits
from wyoming_tts.store.store import SPEECH_FOLDER
from wyoming_tts.store.stored_speech import StoredSpeech
from wyoming_tts.store.text_hash import KEY_NAME, TextHashes, kept_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DAY_S = 24 * 3600.0
MB = 1_000_000
PLENTY = SpeechLimits(memory_bytes=32 * MB, disk_bytes=100 * MB, max_age_s=90 * DAY_S, enabled=True)
DISK_ONLY = SpeechLimits(memory_bytes=0, disk_bytes=100 * MB, max_age_s=90 * DAY_S, enabled=True)


class WallClock:
    """Seconds since 1970 that a test moves."""

    def __init__(self) -> None:
        self.at = 1_750_000_000.0

    def __call__(self) -> float:
        return self.at


@asynccontextmanager
async def speech_cache(
    data_dir: Path, limits: SpeechLimits = PLENTY, now: WallClock | None = None
) -> AsyncIterator[SpeechCache]:
    database = Database(data_dir / DATABASE_NAME, [speech_index.SCHEMA])
    await database.open()
    hashes = TextHashes(kept_key(data_dir / KEY_NAME))
    cache = SpeechCache(data_dir / SPEECH_FOLDER, database, hashes.begin, limits, now=now or WallClock())
    await cache.load()
    try:
        yield cache
    finally:
        await cache.aclose()
        await database.aclose()


def key_of(cache: SpeechCache, text: str) -> bytes:
    return cache.key("a", "1", "anna", None, NATURAL, "en", text)


def speech_of(text: str, *, pcm_bytes: int = 2000) -> StoredSpeech:
    """Return audio that belongs to this text and to no other."""
    pcm = hashlib.shake_128(text.encode()).digest(pcm_bytes)
    return StoredSpeech(AudioFormat(16_000), pcm, (Mark(0, 0.0), Mark(len(text) - 1, 0.01)))
