"""All voices of the house: what is advertised, and what a name means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.speech import language
from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.speech.voice import VoiceName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.synthesis.provider import Provider

MAX_SPEAKERS = 1000
"""Speakers shown as voices of their own, of all voices together; Home Assistant lists every one in a menu."""


@dataclass(frozen=True, slots=True)
class Advertised:
    """One entry of the list that clients see."""

    name: str
    """What a client sends to get it."""
    description: str
    languages: tuple[str, ...]
    speakers: tuple[str, ...] = ()
    version: str | None = None
    attribution_name: str = ""
    attribution_url: str = ""
    gender: str | None = None
    quality: int | None = None
    """As of a voice; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class HouseVoice:
    """A name the owner gave, with the voices that stand behind it in order."""

    name: str
    language: str
    chain: tuple[VoiceName, ...]
    prosody: Prosody = NATURAL
    sentence_pause_s: float | None = None
    """None keeps each provider's own pause."""


class Catalog:
    """Reads the providers' lists from memory; `advertised()` is the same object until one of them changes."""

    def __init__(
        self, providers: Sequence[Provider], house_voices: Sequence[HouseVoice] = (), *, speakers_advertised: int = 50
    ) -> None:
        self.providers = tuple(providers)
        self.house_voices = {voice.name.casefold(): voice for voice in house_voices}
        self._speakers_advertised = speakers_advertised
        self._lists: tuple[tuple[Voice, ...], ...] | None = None
        self._advertised: tuple[Advertised, ...] = ()

    def advertised(self) -> tuple[Advertised, ...]:
        """Return house voices first, then each provider's voices in the order of the settings."""
        lists = tuple(tuple(provider.voices()) for provider in self.providers)
        if lists != self._lists:
            self._lists = lists
            self._advertised = tuple(self._entries(lists))
        return self._advertised

    def relayed(self) -> tuple[str, ...]:
        """Return the providers whose voices are another server's of our kind, which has to know that."""
        return tuple(provider.name for provider in self.providers if provider.adapter.capabilities.relays)

    def _entries(self, lists: tuple[tuple[Voice, ...], ...]) -> Iterator[Advertised]:
        for house_voice in self.house_voices.values():
            yield Advertised(house_voice.name, house_voice.name, (language.normalised(house_voice.language),))
        shown = [(provider, voices) for provider, voices in zip(self.providers, lists, strict=True) if voices]
        # Home Assistant cannot set up a server without a voice: then the last resort is shown as well.
        visible = [(provider, voices) for provider, voices in shown if provider.advertised]
        speakers_left = MAX_SPEAKERS
        for provider, voices in visible or shown:
            for voice in voices:
                speakers = voice.speakers[: min(self._speakers_advertised, speakers_left)]
                speakers_left -= len(speakers)
                yield from _voice_entries(provider.name, voice, speakers)

    def provider(self, name: str) -> Provider | None:
        """Return the provider of that name."""
        return next((provider for provider in self.providers if provider.name == name), None)

    def find(self, name: str) -> VoiceName | HouseVoice | None:
        """Return what a client's voice name means; None where nothing here is called so.

        A house voice's own name, `provider/voice`, `provider/voice#speaker`, or a bare voice name that is unique.
        """
        if house_voice := self.house_voices.get(name.casefold()):
            return house_voice
        if (full := VoiceName.parse(name)) is not None:
            return full if self._exists(full) else None
        bare, _, speaker = name.partition("#")
        owners = [provider for provider in self.providers if provider.advertised and provider.adapter.accepts(bare)]
        return VoiceName(owners[0].name, bare, speaker or None) if len(owners) == 1 else None

    def _exists(self, name: VoiceName) -> bool:
        provider = self.provider(name.provider)
        if provider is None or not provider.adapter.accepts(name.voice):
            return False
        if name.speaker is None:
            return True
        voice = self.voice(name)
        return voice is not None and _has_speaker(voice, name.speaker)

    def voice(self, name: VoiceName) -> Voice | None:
        """Return the advertised voice a full name belongs to; a variant (`en-us+f3`) belongs to its base."""
        provider = self.provider(name.provider)
        if provider is None:
            return None
        base = name.voice.partition("+")[0]
        return next((voice for voice in provider.voices() if voice.name in (name.voice, base)), None)


def _voice_entries(provider: str, voice: Voice, speakers: tuple[str, ...]) -> Iterator[Advertised]:
    described = voice.description or voice.name
    for speaker in (None, *speakers):
        yield Advertised(
            name=str(VoiceName(provider, voice.name, speaker)),
            description=f"{described} · {provider}" if speaker is None else f"{described}, {speaker} · {provider}",
            languages=voice.languages,
            speakers=speakers if speaker is None else (),
            version=voice.version,
            attribution_name=voice.attribution_name,
            attribution_url=voice.attribution_url,
            gender=voice.gender if speaker is None else None,
            quality=voice.quality,
        )


def _has_speaker(voice: Voice, speaker: str) -> bool:
    """Whether it is one of the voice's speakers, by name or by number."""
    numbered = speaker.isascii() and speaker.isdecimal() and int(speaker) < len(voice.speakers)
    return numbered or speaker in voice.speakers
