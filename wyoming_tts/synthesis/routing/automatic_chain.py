"""Who carries on for a voice without any word of the owner's: the nearest voices, and the one that always works."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.provider import Link, Provider
from wyoming_tts.synthesis.routing.best_voices import BestVoices
from wyoming_tts.synthesis.routing.nearness import VARIANTS, Wanted, gender

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.synthesis.routing.best_voices import Best
    from wyoming_tts.synthesis.routing.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Style:
    """How all links of one chain speak."""

    language: str
    """BCP 47 tag of the text."""
    prosody: Prosody = NATURAL
    sentence_pause_s: float | None = None
    """None keeps each provider's own pause."""

    def link(self, provider: Provider, name: VoiceName) -> Link:
        """Return a link to the provider's voice."""
        pause_s = provider.sentence_pause_s if self.sentence_pause_s is None else self.sentence_pause_s
        return Link(
            provider=provider,
            voice=name.voice,
            speaker=name.speaker,
            prosody=provider.prosody.times(self.prosody),
            sentence_pause_s=pause_s,
            language=self.language,
        )


class AutomaticChain:
    """Completes chains: the others by language, gender, quality and the order of the settings; the last resort last."""

    def __init__(self, catalog: Catalog, *, last_resort: str | None, default_language: str) -> None:
        self._catalog = catalog
        self._last_resort = last_resort
        self._default_language = default_language
        self._best = BestVoices()

    def complete(self, own: Sequence[Link], style: Style, *, local_only: bool) -> tuple[Link, ...]:
        """Return the voice's own links and who comes behind them; `local_only` leaves only this machine's."""
        wanted = Wanted(style.language, self._gender(own))
        links = [*own, *self._others(own, wanted, style)]
        if local_only:
            links = [link for link in links if link.provider.adapter.capabilities.local]
        provider = self._catalog.provider(self._last_resort) if self._last_resort else None
        if provider is None or (local_only and not provider.adapter.capabilities.local):
            return tuple(links)
        if not (links and links[-1].provider is provider):
            links += self._last(provider, own, wanted, style)
        return tuple(links)

    def _gender(self, own: Sequence[Link]) -> str | None:
        """Return the gender of the first voice of which it is known."""
        names = [VoiceName(link.provider.name, link.voice, link.speaker) for link in own]
        return next((known for name in names if (known := gender(name, self._catalog.voice(name)))), None)

    def _others(self, own: Sequence[Link], wanted: Wanted, style: Style) -> Iterator[Link]:
        """Yield the nearest voice of each provider that was not asked yet, the nearest first."""
        used = {self._last_resort, *(link.provider.name for link in own)}
        providers = [provider for provider in self._catalog.providers if provider.name not in used]
        found = [(near, provider) for provider in providers if (near := self._nearest(provider, wanted)) is not None]
        for (_, voice), provider in sorted(found, key=lambda entry: entry[0][0]):
            yield style.link(provider, VoiceName(provider.name, voice.name))

    def _last(self, provider: Provider, own: Sequence[Link], wanted: Wanted, style: Style) -> Iterator[Link]:
        """Yield the last resort: as the owner's chain has it, or in the language of the text, or in any."""
        if (asked := next((link for link in own if link.provider is provider), None)) is not None:
            yield replace(asked)
            return
        for tag in (wanted.language, self._default_language, "en-US"):
            if (near := self._nearest(provider, replace(wanted, language=tag))) is not None:
                yield style.link(provider, VoiceName(provider.name, _varied(provider, near[1], wanted.gender)))
                return
        for voice in provider.voices()[:1]:
            yield style.link(provider, VoiceName(provider.name, voice.name))

    def _nearest(self, provider: Provider, wanted: Wanted) -> Best | None:
        return self._best.of(provider, wanted, wanted.key)


def _varied(provider: Provider, voice: Voice, wanted_gender: str | None) -> str:
    """Return the voice's name, with the variant that has the gender where it has not and its provider knows one."""
    if wanted_gender is None or voice.gender == wanted_gender:
        return voice.name
    variants = (f"{voice.name}+{variant}" for variant in VARIANTS.get(wanted_gender, ()))
    return next((name for name in variants if provider.adapter.accepts(name)), voice.name)
