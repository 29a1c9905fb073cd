"""How near a voice is to the one that was wanted: its language first, then its gender, then how it sounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wyoming_tts.speech import language

if TYPE_CHECKING:
    from wyoming_tts.speech.voice import Voice, VoiceName

FEW_LANGUAGES = 2
"""A voice of so many speaks each of them as its own; one of more is multilingual, and at home only in its main one."""

SPEAKS_ANY = frozenset({"mul"})
"""Tags by which a provider says that its voice speaks whatever it is given; no tag at all says the same."""
NO_LANGUAGE = frozenset({"mul", "und", "art", "zxx"})
"""First subtags that name no language a text could be in."""

EXACT, SAME_LANGUAGE, MULTILINGUAL = range(3)
SAME_GENDER, UNKNOWN_GENDER, OTHER_GENDER = range(3)

VARIANTS = {"female": ("f3", "f2", "f1", "f4", "f5"), "male": ("m3", "m1", "m2", "m4", "m5", "m6", "m7", "m8")}
"""What makes a woman or a man of any voice of eSpeak NG, by its own list of variants; the clearest first."""


class Fit(NamedTuple):
    """How well a voice suits a language; smaller is nearer."""

    kind: int
    """EXACT, SAME_LANGUAGE or MULTILINGUAL."""
    region: int
    """0 for the same tag, 1 where a region is left open, 2 for another region, 3 for a multilingual voice."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the nearest voice should be like."""

    language: str
    """BCP 47 tag of the text."""
    gender: str | None = None
    """None where nobody knows."""

    def key(self, voice: Voice) -> tuple[int, int, int, int] | None:
        """Return what voices are sorted by, the nearest first; None where it does not speak the language."""
        near = fit(self.language, voice)
        if near is None:
            return None
        return near.kind, self._gender_key(voice.gender), -voice.quality, near.region

    def _gender_key(self, gender: str | None) -> int:
        if self.gender is None or gender is None:
            return UNKNOWN_GENDER
        return SAME_GENDER if gender == self.gender else OTHER_GENDER


def fit(tag: str, voice: Voice) -> Fit | None:
    """Return how well the voice suits the language; None where it does not speak it."""
    return _fit(tag, voice.languages)


@lru_cache(maxsize=16384)
def _fit(tag: str, languages: tuple[str, ...]) -> Fit | None:
    """Do what `fit` does; remembered, since every request looks at every voice."""
    spoken = list(dict.fromkeys(language.primary(offered) for offered in languages))
    own = spoken if len(spoken) <= FEW_LANGUAGES else spoken[:1]
    if (wanted := language.primary(tag)) in own:
        regions = [near for offered in languages if (near := language.distance(tag, offered)) is not None]
        return Fit(SAME_LANGUAGE if min(regions) else EXACT, min(regions))
    if wanted in spoken or not spoken or not SPEAKS_ANY.isdisjoint(spoken):
        return Fit(MULTILINGUAL, 3)
    return None


def main_language(voice: Voice) -> str | None:
    """Return the tag of the language that the voice is at home in; None where it has none."""
    named = (tag for tag in voice.languages if language.primary(tag) not in NO_LANGUAGE)
    return next(named, None)


def gender(name: VoiceName, voice: Voice | None) -> str | None:
    """Return the gender of a voice as it is named, perhaps with a variant; None where nobody knows."""
    variant = name.voice.partition("+")[2].lower()
    if variant:
        return next((gender for gender, variants in VARIANTS.items() if variant in variants), None)
    return None if voice is None or name.speaker is not None else voice.gender
