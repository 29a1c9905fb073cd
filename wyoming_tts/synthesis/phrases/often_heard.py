"""Short sentences that the house says often; learned only where the owner wants it."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.store.heard_sentences import HeardSentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.store.heard_sentences import HeardSentences
    from wyoming_tts.synthesis.routing.privacy import PrivacyRules

LONGEST_CHARS = 80
"""Of a sentence worth learning: a longer one is hardly ever said twice."""

OFTEN = 2.5
"""Times heard, the older the less: three times within two weeks."""
HALF_LIFE_S = 30 * 24 * 3600.0
"""After which a time heard counts half: what nobody says any more gives way within months."""

MAX_HEARD = 1000
"""Sentences that are counted; of more, those said least are dropped."""
DROPPED_AT_ONCE = 100
"""So that sorting them all is not done for every new one."""

_NEVER = HeardSentence(0.0, 0.0)

log = structlog.get_logger(__name__)


class OftenHeard:
    """Counts sentences in memory, read from the store by `load` and written to it by `save`."""

    def __init__(
        self,
        table: HeardSentences,
        privacy: PrivacyRules,
        *,
        most: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Return at most `most` as heard often; with 0 nothing is kept, and `load` makes the store forget what it has.

        `now` gives seconds since 1970, since counting goes on over restarts.
        """
        self._table = table
        self._privacy = privacy
        self._most = most
        self._now = now
        self._heard: dict[str, HeardSentence] = {}
        self._unsaved: set[str] = set()
        """Texts that were heard since the last `save`."""
        self._loaded = False
        """Before that nothing is saved: it would take the place of what was kept before."""
        self._trouble = False

    @property
    def enabled(self) -> bool:
        """Whether anything is learned."""
        return self._most > 0

    def heard(self, text: str) -> None:
        """Count one sentence, cleaned as it is spoken. Never hand in private text: it would be kept."""
        if not self.enabled or not 0 < len(text) <= LONGEST_CHARS or not text.isprintable():
            return
        before = self._heard.get(text, _NEVER)
        now = self._now()
        # A machine without a battery begins in 1970 and learns the time later.
        self._heard[text] = HeardSentence(1.0 + _score(before, now), max(now, before.at))
        self._unsaved.add(text)
        if len(self._heard) >= MAX_HEARD + DROPPED_AT_ONCE:
            self._drop()

    def sentences(self) -> tuple[str, ...]:
        """Return those heard often, the most frequent first."""
        now = self._now()
        often = [(score, text) for text, heard in self._heard.items() if (score := _score(heard, now)) >= OFTEN]
        return tuple(text for _, text in sorted(often, reverse=True)[: self._most])

    async def load(self) -> None:
        """Read what was heard before; what must not be kept any more is forgotten, here and in the store."""
        try:
            await self._table.forget(lambda text: not self.enabled or self._privacy.text().feed(text))
            known = await self._table.get_all() if self.enabled else {}
        except sqlite3.Error as error:
            if not self._trouble:
                log.warning("sentences heard before cannot be read", error=type(error).__name__)
            self._trouble = True
            return
        # What was heard meanwhile counts on top.
        for text, heard in self._heard.items():
            before = known.get(text, _NEVER)
            known[text] = HeardSentence(heard.score + _score(before, heard.at), max(heard.at, before.at))
        self._heard = known
        self._loaded, self._trouble = True, False
        self._drop()

    async def save(self) -> None:
        """Write down what was heard since the last time; what cannot be written is tried again next time."""
        if not self._loaded and self.enabled:
            await self.load()
        if not self._unsaved or not self._loaded:
            return
        saving, self._unsaved = self._unsaved, set()
        try:
            await self._table.put({text: self._heard[text] for text in saving}, keep=tuple(self._heard))
        except sqlite3.Error as error:
            if not self._trouble:
                log.warning("sentences heard cannot be kept", error=type(error).__name__)
            self._trouble = True
            self._unsaved |= saving & self._heard.keys()
        else:
            self._trouble = False

    def _drop(self) -> None:
        """Forget those heard least, where there are too many."""
        now = self._now()
        by_score = sorted(self._heard, key=lambda text: _score(self._heard[text], now), reverse=True)
        for text in by_score[MAX_HEARD:]:
            del self._heard[text]
            self._unsaved.discard(text)


def _score(heard: HeardSentence, now: float) -> float:
    """Return how often it was heard, as it counts now."""
    return float(heard.score * 0.5 ** (max(0.0, now - heard.at) / HALF_LIFE_S))
