"""Which voice a request gets, and who carries on when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import AllProvidersFailed, UnknownVoice
from wyoming_tts.speech import language
from wyoming_tts.speech.voice import Voice, VoiceName
from wyoming_tts.synthesis.catalog import HouseVoice
from wyoming_tts.synthesis.provider import Link, Provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wyoming_tts.speech.prosody import Prosody
    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.synthesis.catalog import Catalog

REMEMBERED_UNKNOWN = 100
"""Unknown names kept for the page and for warning once; a client can send any number of them."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """What the router decided."""

    voice: str
    """As resolved: a house voice's name or a full name."""
    links: tuple[Link, ...]


class Router:
    """Resolves the voice and builds its chain; the last link is the one that always works."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        last_resort: str | None,
        default_voice: str | None,
        default_language: str,
        unknown_voice_is_error: bool = False,
    ) -> None:
        self._catalog = catalog
        self._last_resort = last_resort
        self._default_voice = default_voice
        self._default_language = default_language
        self._unknown_voice_is_error = unknown_voice_is_error
        self.unknown_voices: list[str] = []
        """Names that were asked for in vain, by clients or in the settings, in order of their first time."""

    def route(self, request: SpeechRequest) -> Route:
        """Return the chain for a request; raises UnknownVoice where the owner wants that."""
        target = self._asked_for(request) or self.default(request.language)
        links = tuple(self._links(target, request))
        return Route(target.name if isinstance(target, HouseVoice) else str(target), links)

    def _asked_for(self, request: SpeechRequest) -> VoiceName | HouseVoice | None:
        """Return what the client named, or the nearest to it: the voice without an unknown speaker or variant."""
        if not request.voice:
            return None
        asked = _with_speaker(request.voice, request.speaker)
        if (target := self._catalog.find(asked)) is not None:
            return target
        if self._unknown_voice_is_error:
            raise UnknownVoice
        self._note_unknown(asked)
        voice = asked.partition("#")[0]
        return self._catalog.find(voice) or self._catalog.find(voice.partition("+")[0])

    def default(self, wanted_language: str | None = None) -> VoiceName | HouseVoice:
        """Return the owner's default voice, or the best one for the language.

        Raises AllProvidersFailed in a house without any voice.
        """
        if wanted_language is None and self._default_voice:
            target = self._catalog.find(self._default_voice)
            if target is not None:
                return target
            self._note_unknown(self._default_voice)
        visible = [provider for provider in self._catalog.providers if provider.advertised]
        for providers in (visible, self._catalog.providers):
            for tag in (wanted_language, self._default_language, "en-US"):
                if tag and (best := _best(providers, tag)) is not None:
                    return best
            for provider in providers:
                for voice in provider.voices():
                    return VoiceName(provider.name, voice.name)
        raise AllProvidersFailed([])

    def _note_unknown(self, name: str) -> None:
        """Warn once a name; a voice that comes later, by a download say, is found all the same."""
        if name in self.unknown_voices or len(self.unknown_voices) >= REMEMBERED_UNKNOWN:
            return
        self.unknown_voices.append(name)
        near = get_close_matches(name, [entry.name for entry in self._catalog.advertised()], n=1)
        log.warning("unknown voice, another one speaks", asked=name, nearest=near[0] if near else None)

    def _links(self, target: VoiceName | HouseVoice, request: SpeechRequest) -> Iterator[Link]:
        """Yield the voice asked for, the nearest of the other providers, then the last resort; each provider once."""
        used: set[str] = set()
        if isinstance(target, HouseVoice):
            chain, spoken, pause_s = target.chain, target.language, target.sentence_pause_s
            prosody = target.prosody.times(request.prosody)
        else:
            voice = self._catalog.voice(target)
            chain, pause_s, prosody = (target,), None, request.prosody
            spoken = request.language or (voice.languages[0] if voice else self._default_language)
        for name in chain:
            provider = self._catalog.provider(name.provider)
            if provider is not None and provider.adapter.accepts(name.voice):
                used.add(provider.name)
                yield _link(provider, name, prosody, pause_s)
            else:
                self._note_unknown(str(name))
        for provider in self._others(used):
            if (nearest := self._nearest(provider, spoken)) is not None:
                yield _link(provider, nearest, prosody, pause_s)

    def _others(self, used: set[str]) -> list[Provider]:
        others = [provider for provider in self._catalog.providers if provider.name not in used]
        return sorted(others, key=lambda provider: provider.name == self._last_resort)

    def _nearest(self, provider: Provider, spoken: str) -> VoiceName | None:
        """Return the provider's nearest voice; the last resort speaks even where it lacks the language."""
        tags = (spoken, self._default_language, "en-US") if provider.name == self._last_resort else (spoken,)
        for tag in tags:
            near = [
                ((distance, -voice.quality), voice.name)
                for voice in provider.voices()
                if (distance := _nearness(tag, voice)) is not None
            ]
            if near:
                return VoiceName(provider.name, min(near, key=lambda entry: entry[0])[1])
        return None


def _best(providers: Sequence[Provider], tag: str) -> VoiceName | None:
    """Return a voice of the language, rather one that sounds good than one of the very region; then the nearest."""
    ranked = [
        ((voice.quality == 0, near, -voice.quality, index), VoiceName(provider.name, voice.name))
        for index, provider in enumerate(providers)
        for voice in provider.voices()
        if (near := _nearness(tag, voice)) is not None
    ]
    return min(ranked, key=lambda entry: entry[0])[1] if ranked else None


def _with_speaker(name: str, speaker: str | None) -> str:
    return f"{name}#{speaker}" if speaker and "#" not in name else name


def _nearness(tag: str, voice: Voice) -> int | None:
    distances = [near for offered in voice.languages if (near := language.distance(tag, offered)) is not None]
    return min(distances, default=None)


def _link(provider: Provider, name: VoiceName, prosody: Prosody, pause_s: float | None) -> Link:
    return Link(
        provider=provider,
        voice=name.voice,
        speaker=name.speaker,
        prosody=provider.prosody.times(prosody),
        sentence_pause_s=provider.sentence_pause_s if pause_s is None else pause_s,
    )
