"""Languages as AllTalk writes them, and those that its voices speak."""

from __future__ import annotations

import re

from wyoming_tts.speech.language import normalised, primary

CODES = frozenset(
    {"ar", "cs", "de", "en", "es", "fr", "hi", "hu", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh-cn"}
)
"""What `language` may be (tts_server.py, `JSONInput`), besides GUESS."""
GUESS = "auto"
"""The server looks at the text itself."""
CHINESE = "zh-cn"
XTTS = ("en", "es", "fr", "de", "it", "pt", "pl", "tr", "ru", "nl", "cs", "ar", "zh-CN", "hu", "ko", "ja", "hi")
"""What the engines with many languages speak, in the order of XTTS' own list."""
UNKNOWN = ("en",)
"""Of a voice of which nobody says anything."""

# Piper's `en_GB-alan-medium.onnx`, and VITS' `tts_models--de--thorsten--vits`.
_NAMED = re.compile(r"([a-z]{2,3}_[A-Z]{2})-|tts_models--([a-z]{2,3}(?:-[a-z]{2,4})?)--")


def code_of(tag: str) -> str:
    """Return AllTalk's word for a BCP 47 tag."""
    language = CHINESE if primary(tag) == "zh" else primary(tag)
    return language if language in CODES else GUESS


def languages_of(voice: str, *, multilingual: bool, house: str) -> tuple[str, ...]:
    """Return the BCP 47 tags of a voice, the main one first: the house's own where a voice speaks many."""
    if multilingual:
        return tuple(sorted(XTTS, key=lambda tag: primary(tag) != primary(house)))
    named = _NAMED.match(voice)
    return (normalised(named[1] or named[2]),) if named else UNKNOWN
