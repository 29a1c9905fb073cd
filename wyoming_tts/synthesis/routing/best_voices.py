"""The best voice of a provider, by whatever is wanted."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from wyoming_tts.synthesis.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.synthesis.provider import Provider

REMEMBERED = 256
"""Providers times what is wanted of them: a house speaks a few languages."""

Key = tuple[int, ...]
Best = tuple[Key, "Voice"]


class BestVoices:
    """Looks at every voice of a provider once for each wish: that took 1 ms of every request with 900 voices."""

    def __init__(self) -> None:
        self._found: Recent[tuple[str, Hashable], tuple[Sequence[Voice], Best | None]] = Recent(REMEMBERED)

    def of(self, provider: Provider, wanted: Hashable, key: Callable[[Voice], Key | None]) -> Best | None:
        """Return the voice with the smallest key, the first of equals, and its key; None where no voice has one.

        `wanted` names the key: equal ones order any voices alike. What was found holds while the provider's list is
        the same object, and only where that is one that cannot change.
        """
        voices = provider.voices()
        known = self._found.get((provider.name, wanted))
        if known is not None and known[0] is voices:
            return known[1]
        keys = [(of_voice, voice) for voice in voices if (of_voice := key(voice)) is not None]
        best = min(keys, key=itemgetter(0), default=None)
        if isinstance(voices, tuple):
            self._found.put((provider.name, wanted), (voices, best))
        return best
