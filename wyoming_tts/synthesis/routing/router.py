"""Which voice a request gets, and who carries on when it fails."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.errors import AllProvidersFailed, UnknownVoice
from wyoming_tts.speech import language
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.routing.automatic_chain import AutomaticChain, Style
from wyoming_tts.synthesis.routing.best_voices import BestVoices
from wyoming_tts.synthesis.routing.catalog import HouseVoice
from wyoming_tts.synthesis.routing.detected_language import with_detected_language
from wyoming_tts.synthesis.routing.nearness import NO_LANGUAGE, SPEAKS_ANY, fit, main_language
from wyoming_tts.synthesis.routing.privacy import PrivacyRules

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.synthesis.provider import Link, Provider
    from wyoming_tts.synthesis.routing.catalog import Catalog
    from wyoming_tts.synthesis.routing.detected_language import LanguageDetector

REMEMBERED = 100
"""Unknown names, and languages a voice does not speak, kept for warning once; clients can send any number of them."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """What the router decided."""

    voice: str
    """As resolved: a house voice's name or a full name."""
    links: tuple[Link, ...]
    private: bool = False
    """The text must not leave this machine: there are only local links, and nothing of it may be kept elsewhere."""


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
        privacy: PrivacyRules | None = None,
        detector: LanguageDetector | None = None,
    ) -> None:
        self._catalog = catalog
        self._automatic = AutomaticChain(catalog, last_resort=last_resort, default_language=default_language)
        self._default_voice = default_voice
        self._default_language = default_language
        self._unknown_voice_is_error = unknown_voice_is_error
        self._detector = detector
        self._best = BestVoices()
        self._replaced: set[tuple[str, str]] = set()
        self.privacy = privacy or PrivacyRules()
        self.unknown_voices: list[str] = []
        """Names that were asked for in vain, by clients or in the settings, in order of their first time."""

    @asynccontextmanager
    async def routed(self, request: SpeechRequest) -> AsyncIterator[tuple[SpeechRequest, Route]]:
        """Yield the request as it is to be spoken, within the context, and its route.

        Where languages are detected that takes until the text has begun. Raises what `route` does.
        """
        if self._detector is None:
            yield request, self.route(request)
            return
        main = self._main_language(self._target(request))
        async with with_detected_language(
            request, self._detector, main=main, among=self._languages() | {language.primary(main)}
        ) as understood:
            detected = understood.language if request.language is None else None
            yield understood, self.route(understood, detected=detected)

    def route(self, request: SpeechRequest, *, detected: str | None = None) -> Route:
        """Return the chain for a request; raises UnknownVoice where the owner wants that.

        Args:
            request: What the client asked, with the language of its text where that is known.
            detected: The same language, where nobody asked for it: a voice that does not speak it gives way.

        """
        asked = self._target(request, detected)
        private = self.privacy.is_private_request(request, _name(asked))
        target = asked if detected is None else self._speaking(asked, detected, local_only=private)
        private = private or self.privacy.is_private_request(request, _name(target))
        style = Style(request.language or self._main_language(target), request.prosody)
        if isinstance(target, HouseVoice):
            style = Style(style.language, target.prosody.times(request.prosody), target.sentence_pause_s)
        links = self._automatic.complete(tuple(self._own_links(target, style)), style, local_only=private)
        return Route(_name(target), links, private)

    def _target(self, request: SpeechRequest, detected: str | None = None) -> VoiceName | HouseVoice:
        return self._asked_for(request) or self.default(None if detected else request.language)

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
        for providers in (self._visible(), self._catalog.providers):
            for tag in (wanted_language, self._default_language, "en-US"):
                if tag and (best := self._best_of(providers, tag)) is not None:
                    return best
            for provider in providers:
                for voice in provider.voices():
                    return VoiceName(provider.name, voice.name)
        raise AllProvidersFailed([])

    def _best_of(self, providers: Sequence[Provider], tag: str) -> VoiceName | None:
        """Return the best voice of the language; of equals the one of the first provider."""
        found = [
            (best, one.name) for one in providers if (best := self._best.of(one, tag, partial(_in_language, tag=tag)))
        ]
        if not found:
            return None
        (_, voice), provider = min(found, key=lambda entry: entry[0][0])
        return VoiceName(provider, voice.name)

    def _note_unknown(self, name: str) -> None:
        """Warn once a name; a voice that comes later, by a download say, is found all the same."""
        if name in self.unknown_voices or len(self.unknown_voices) >= REMEMBERED:
            return
        self.unknown_voices.append(name)
        near = get_close_matches(name, [entry.name for entry in self._catalog.advertised()], n=1)
        log.warning("unknown voice, another one speaks", asked=name, nearest=near[0] if near else None)

    def _own_links(self, target: VoiceName | HouseVoice, style: Style) -> Iterator[Link]:
        """Yield what the owner put into the voice's chain, or the voice itself."""
        for name in target.chain if isinstance(target, HouseVoice) else (target,):
            provider = self._catalog.provider(name.provider)
            if provider is not None and provider.adapter.accepts(name.voice):
                yield style.link(provider, name)
            else:
                self._note_unknown(str(name))

    def _visible(self) -> Sequence[Provider]:
        return [provider for provider in self._catalog.providers if provider.advertised]

    def _languages(self) -> set[str]:
        """Return the languages that the house can speak, without region."""
        for providers in (self._visible(), self._catalog.providers):
            offered = [voice.languages for provider in providers for voice in provider.voices()]
            spoken = {language.primary(tag) for tags in offered for tag in tags}
            if spoken and all(offered) and SPEAKS_ANY.isdisjoint(spoken):
                break
        return spoken - NO_LANGUAGE

    def _main_language(self, target: VoiceName | HouseVoice) -> str:
        if isinstance(target, HouseVoice):
            return target.language
        voice = self._catalog.voice(target)
        return (main_language(voice) if voice else None) or self._default_language

    def _speaking(self, asked: VoiceName | HouseVoice, detected: str, *, local_only: bool) -> VoiceName | HouseVoice:
        """Return who speaks a text in the detected language: the asked voice where it can."""
        if self._speaks(asked, detected):
            return asked
        for providers in (self._visible(), self._catalog.providers):
            allowed = [provider for provider in providers if not local_only or provider.adapter.capabilities.local]
            if (best := self._best_of(allowed, detected)) is not None:
                self._note_replaced(_name(asked), detected, best)
                return best
        return asked

    def _note_replaced(self, asked: str, detected: str, best: VoiceName) -> None:
        if (asked, detected) in self._replaced or len(self._replaced) >= REMEMBERED:
            return
        self._replaced.add((asked, detected))
        log.info("text in another language, another voice speaks", asked=asked, language=detected, voice=str(best))

    def _speaks(self, target: VoiceName | HouseVoice, tag: str) -> bool:
        if isinstance(target, HouseVoice):
            if language.distance(tag, target.language) is not None:
                return True
            first = next((name for name in target.chain if self._catalog.find(str(name)) is not None), None)
            return first is not None and self._speaks(first, tag)
        voice = self._catalog.voice(target)
        return voice is None or fit(tag, voice) is not None


def _in_language(voice: Voice, tag: str) -> tuple[int, int, int] | None:
    """Return the order of voices for a language: rather one that sounds good than one of the very region."""
    near = fit(tag, voice)
    return None if near is None else (int(voice.quality == 0), near.region, -voice.quality)


def _with_speaker(name: str, speaker: str | None) -> str:
    return f"{name}#{speaker}" if speaker and "#" not in name else name


def _name(target: VoiceName | HouseVoice) -> str:
    return target.name if isinstance(target, HouseVoice) else str(target)
