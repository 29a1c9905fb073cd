"""The language that the name of a voice tells."""

from __future__ import annotations

import re

from wyoming_tts.speech.language import normalised

KOKORO = {
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr-FR",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt-BR",
    "z": "zh",
}
"""The first letter of a Kokoro voice (hexgrad/Kokoro-82M, VOICES.md); the second one is `f` or `m`."""

_KOKORO_NAME = re.compile(rf"([{''.join(KOKORO)}])([fm])_\w")
# Microsoft's `en-US-AvaNeural` and `zh-CN-liaoning-XiaobeiNeural`; Piper's `en_US-lessac-medium`, also behind `voice-`.
_LOCALE_NAME = re.compile(r"(?:voice-)?([a-z]{2,3}[-_](?:[A-Z][a-z]{3}[-_])?[A-Z]{2})-\w")
_GENDERS = {"f": "female", "m": "male"}


def language_of(voice: str) -> str | None:
    """Return the BCP 47 tag that a voice's name begins with, by the custom of its engine; None where it tells none."""
    if kokoro := _KOKORO_NAME.match(voice):
        return KOKORO[kokoro[1]]
    named = _LOCALE_NAME.match(voice.rpartition("/")[2])
    return normalised(named[1]) if named else None


def gender_of(voice: str) -> str | None:
    """Return `female` or `male` where the name of a voice tells."""
    kokoro = _KOKORO_NAME.match(voice)
    return _GENDERS[kokoro[2]] if kokoro else None
