"""What one provider has said before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wyoming_tts.settings.remote import RemoteProviderSettings
from wyoming_tts.speech import language as languages
from wyoming_tts.synthesis.loudness.level_book import version_of
from wyoming_tts.synthesis.sentence_speech import by_sentence

if TYPE_CHECKING:
    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.settings.provider import ProviderSettings
    from wyoming_tts.speech.prosody import Prosody
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.store.byte_room import ByteRoom
    from wyoming_tts.store.speech_cache import SpeechCache
    from wyoming_tts.store.stored_speech import StoredSpeech

UNHEARD = frozenset(RemoteProviderSettings.model_fields) - {"type"} | {
    "api_key",
    "local",
    "concurrency",
    "connect_timeout_s",
    "read_timeout_s",
    "proxy",
    "ca_file",
    "refresh_s",
    "timeout_s",
    "threads",
    "max_loaded",
    "download",
    "catalog_url",
    "voice_dirs",
}
"""Settings of providers that change nothing of how they sound, or stand in the key by themselves as prosody does."""


class KeptSpeech:
    """The cache as one provider sees it."""

    def __init__(self, adapter: Adapter, cache: SpeechCache, *, manner: str = "") -> None:
        """Take the adapter, and its settings in words: what it said under other settings is not heard again."""
        self._adapter = adapter
        self._cache = cache
        self._manner = manner

    @property
    def recording(self) -> ByteRoom:
        """Room for what is just being heard for the first time, shared with all others."""
        return self._cache.recording

    def key(self, text: str, voice: str, speaker: str | None, prosody: Prosody, language: str) -> bytes:
        """Return what speech is kept under: with the version of the voice's model, so that a new one is heard."""
        version = f"{version_of(self._adapter, voice)} {self._manner}"
        spoken = self._language(voice, language)
        return self._cache.key(self._adapter.name, version, voice, speaker, prosody, spoken, text)

    def holds(self, text: str, voice: str, speaker: str | None, prosody: Prosody, language: str) -> bool:
        """Whether the text was said before and can be heard again; asks no disk."""
        return self._cache.has(self.key(text, voice, speaker, prosody, language))

    async def get(self, utterance: Utterance) -> StoredSpeech | None:
        """Return what was kept of the utterance's text; at once where it is in memory."""
        return await self._cache.get(self._key(utterance, utterance.text))

    async def put(self, utterance: Utterance, speech: StoredSpeech) -> None:
        """Keep the whole audio of an utterance: each sentence by itself, where it is plain where it begins."""
        for text, part in by_sentence(utterance, speech):
            await self._cache.put(self._key(utterance, text), part)

    def _key(self, utterance: Utterance, text: str) -> bytes:
        return self.key(text, utterance.voice, utterance.speaker, utterance.prosody, utterance.language)

    def _language(self, voice: str, language: str) -> str:
        """Return the language where it matters: a voice of a single one speaks that, whether anybody says so or not."""
        found = next((known for known in self._adapter.voices() if known.name == voice), None)
        if found is not None and len(found.languages) == 1:
            own = found.languages[0]
            if not language or languages.normalised(language) == languages.normalised(own):
                return ""
        return language


def manner_of(settings: ProviderSettings) -> str:
    """Return in words whatever in a provider's settings may change how it sounds; never a secret."""
    heard = settings.model_dump(mode="json", exclude=set(UNHEARD))
    return json.dumps(heard, sort_keys=True)
