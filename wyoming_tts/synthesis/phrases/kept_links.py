"""The cache as phrases see it: by links."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from wyoming_tts.store.speech_cache import SpeechCache
    from wyoming_tts.synthesis.provider import Link


class KeptLinks:
    """Meets `Memory`."""

    def __init__(self, cache: SpeechCache) -> None:
        self._cache = cache

    def key(self, link: Link, text: str) -> bytes | None:
        """Return what the link's speech of this text is kept under; None where nothing of its provider is kept."""
        kept = link.provider.kept
        return None if kept is None else kept.key(text, link.voice, link.speaker, link.prosody, link.language)

    def has(self, key: bytes) -> bool:
        """Whether it is there."""
        return self._cache.has(key)

    def pin(self, keys: Collection[bytes]) -> None:
        """Keep these in place of those pinned before."""
        self._cache.pin(keys)
