"""Everything that is remembered from one start to the next, in one file and a key beside it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wyoming_tts.store import dead_letters, heard_sentences, ledger, levels, speech_index, voice_lists
from wyoming_tts.store.database import DATABASE_NAME, Database
from wyoming_tts.store.dead_letters import DeadLetters
from wyoming_tts.store.heard_sentences import HeardSentences
from wyoming_tts.store.ledger import Ledger
from wyoming_tts.store.levels import Levels
from wyoming_tts.store.speech_cache import NOTHING_KEPT, SpeechCache, SpeechLimits
from wyoming_tts.store.text_hash import KEY_NAME, TextHash, TextHashes, kept_key
from wyoming_tts.store.voice_lists import VoiceLists

if TYPE_CHECKING:
    from pathlib import Path


SPEECH_FOLDER = "cache/speech"
"""In the data directory."""


class Store:
    """Opens nothing before `open`; what cannot be kept is remembered in memory."""

    def __init__(
        self,
        folder: Path,
        *,
        max_letters: int,
        max_letter_days: float,
        max_letters_bytes: int,
        speech: SpeechLimits = NOTHING_KEPT,
    ) -> None:
        schemas = (
            dead_letters.SCHEMA,
            heard_sentences.SCHEMA,
            ledger.SCHEMA,
            levels.SCHEMA,
            voice_lists.SCHEMA,
            speech_index.SCHEMA,
        )
        self._database = Database(folder / DATABASE_NAME, schemas)
        self._key_path = folder / KEY_NAME
        self._hashes = TextHashes(b"")
        self.ledger = Ledger(self._database)
        self.levels = Levels(self._database)
        self.voice_lists = VoiceLists(self._database)
        self.heard_sentences = HeardSentences(self._database)
        self.letters = DeadLetters(
            self._database, max_count=max_letters, max_days=max_letter_days, max_bytes=max_letters_bytes
        )
        self.speech = SpeechCache(folder / SPEECH_FOLDER, self._database, self.begin_hash, speech)

    @property
    def problem(self) -> str:
        """A sentence on what is wrong with the disk; empty where all is well."""
        return self._database.problem or self.speech.problem

    def begin_hash(self) -> TextHash:
        """Return the keyed hash of no text yet."""
        return self._hashes.begin()

    async def open(self) -> None:
        """Make ready; never fails."""
        self._hashes = TextHashes(await asyncio.to_thread(kept_key, self._key_path))
        await self._database.open()
        await self.ledger.load()
        await self.speech.load()

    async def aclose(self) -> None:
        """Write what is not written yet, and close; may be called twice."""
        try:
            await self.ledger.aclose()
            await self.speech.aclose()
        finally:
            await self._database.aclose()
