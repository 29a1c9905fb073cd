"""Names in one part of the settings that lead to another part, or that only one may have."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from wyoming_tts.speech.voice import VoiceName

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from wyoming_tts.settings.tree import KeyPath


@dataclass(frozen=True, slots=True)
class Mentions:
    """What the settings name, as it was written; a text that is none of its kind is "" and passed over."""

    voices: Sequence[tuple[str, Sequence[str]]]
    """Name and chain of each house voice."""
    default_voice: str
    phrase_voices: Sequence[str]
    providers: Collection[str]

    def wrong(self) -> Iterator[tuple[KeyPath, str]]:
        """Yield where one leads nowhere or is taken, and half a sentence about it."""
        for index, (_, chain) in enumerate(self.voices):
            for position, link in enumerate(chain):
                if sentence := self._unknown_provider(link):
                    yield ("voices", index, "chain", position), sentence
        yield from self._taken_names()
        yield from self._unknown_voice(("default_voice",), self.default_voice)
        for index, voice in enumerate(self.phrase_voices):
            yield from self._unknown_voice(("phrases", "voices", index), voice)

    def _unknown_voice(self, path: KeyPath, voice: str) -> Iterator[tuple[KeyPath, str]]:
        """Yield what is wrong with a name that may be of any kind; a bare one is looked for when it is needed."""
        if "/" in voice and VoiceName.parse(voice) is None:
            yield path, "must be a name of `voices`, provider/voice or provider/voice#speaker"
        elif sentence := self._unknown_provider(voice):
            yield path, sentence

    def _unknown_provider(self, voice: str) -> str:
        name = VoiceName.parse(voice)
        if name is None or name.provider in self.providers:
            return ""
        near = get_close_matches(name.provider.lower(), self.providers, n=1)
        hint = f'did you mean "{near[0]}"? ' if near else ""
        known = ", ".join(self.providers) or "none"
        return f'names the provider "{name.provider}", which is not configured; {hint}there is: {known}'

    def _taken_names(self) -> Iterator[tuple[KeyPath, str]]:
        first: dict[str, str] = {}
        for index, (name, _) in enumerate(self.voices):
            if name and name.casefold() in first:
                earlier = first[name.casefold()]
                yield ("voices", index, "name"), f'each voice needs a name of its own; "{earlier}" is called so already'
            first.setdefault(name.casefold(), name)
