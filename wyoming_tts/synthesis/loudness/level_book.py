"""What the house knows of how loud its voices are, and what it does about it."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.audio import level
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.levels import MAX_LEVELS, Level
from wyoming_tts.synthesis.loudness.spoken_samples import SpokenSamples
from wyoming_tts.synthesis.recent import Recent

if TYPE_CHECKING:
    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.store.levels import Levels

MAX_BOOST_DB, MAX_CUT_DB = 12.0, 40.0
"""A larger boost would bring up the noise of a quiet voice along with it; the cut reaches from full scale to the lowest
level that can be set."""

SMALLEST_GAIN_DB = 0.3
"""Less than this nobody hears, and the samples stay as the engine made them."""

MAX_ASKED = 100
"""Voices of unknown level waiting to be measured."""

log = structlog.get_logger(__name__)


class LevelBook:
    """Levels by voice in memory, read from the store by `load` and written to it by `save`, both in the background.

    A level belongs to one version of a voice; another version is a voice of unknown level.
    """

    def __init__(self, levels: Levels, *, target_lufs: float, enabled: bool = True) -> None:
        self._levels = levels
        self._target_lufs = target_lufs
        self.enabled = enabled
        """Whether voices are levelled at all; otherwise every gain is 0 dB and nothing is noted."""
        self._known: Recent[VoiceName, Level] = Recent(MAX_LEVELS)
        self._unsaved: dict[VoiceName, Level] = {}
        self._asked: Recent[VoiceName, None] = Recent(MAX_ASKED)
        self._trouble = False
        self.spoken = SpokenSamples()
        """Audio of voices that it costs money to measure otherwise."""

    def gain_db(self, provider: str, voice: str, speaker: str | None = None, *, version: str = "") -> float:
        """Return by how much the voice is made louder; 0.0 where its level is unknown or as it should be."""
        known = self._known.get(VoiceName(provider, voice, speaker)) if self.enabled else None
        if known is None or known.version != version:
            return 0.0
        # In tenths of a decibel, so that the few voices of a house share the work behind equal gains.
        gain = round(min(max(self._target_lufs - known.lufs, -MAX_CUT_DB), MAX_BOOST_DB), 1)
        return gain if abs(gain) >= SMALLEST_GAIN_DB else 0.0

    def knows(self, name: VoiceName, version: str) -> bool:
        """Whether this version of the voice has been measured."""
        known = self._known.get(name)
        return known is not None and known.version == version

    def ask(self, name: VoiceName) -> None:
        """Note that the voice has spoken and its level is not known."""
        if self.enabled:
            self._asked.put(name, None)

    def asked(self) -> tuple[VoiceName, ...]:
        """Return the voices that wait to be measured, the one asked for last first."""
        return self._asked.keys()[::-1]

    def learn(self, name: VoiceName, version: str, lufs: float) -> None:
        """Take down a level for the answers that begin from now on; the next `save` keeps it."""
        self._known.put(name, Level(lufs, version))
        self._unsaved[name] = Level(lufs, version)
        self._asked.pop(name)
        log.info("voice measured", voice=str(name), lufs=round(lufs, 1))

    async def load(self) -> None:
        """Read what was learned before; a store that fails costs the levels and nothing else."""
        try:
            known = await self._levels.get_all()
        except sqlite3.Error as error:
            log.warning("levels of the voices cannot be read", error=type(error).__name__)
            return
        if known:
            await asyncio.to_thread(level.libraries)
        for name, found in known.items():
            if name not in self._known:
                self._known.put(name, found)

    async def save(self) -> None:
        """Write down what was learned since the last time; what cannot be written is tried again next time."""
        if not self._unsaved:
            return
        saving = dict(self._unsaved)
        try:
            await self._levels.put(saving)
        except sqlite3.Error as error:
            if not self._trouble:
                log.warning("levels of the voices cannot be kept", error=type(error).__name__)
            self._trouble = True
            return
        self._trouble = False
        for name, saved in saving.items():
            if self._unsaved.get(name) == saved:
                del self._unsaved[name]


def version_of(adapter: Adapter, voice: str) -> str:
    """Return the version of the model behind a voice; a variant (`en-us+f3`) has its base's."""
    base = voice.partition("+")[0]
    found = next((known for known in adapter.voices() if known.name in (voice, base)), None)
    return (found and found.version) or ""
