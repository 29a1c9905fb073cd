"""The voices of an AllTalk server: names of files, mostly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wyoming_tts.adapters.remote.alltalk.languages import languages_of
from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from wyoming_tts.adapters.remote.alltalk.facts import Facts

THE_ONE = "default"
"""The name here for the voice of an engine that has only one, which AllTalk does not name."""
NONE_FOUND = "No Voices Found"
MAX_NAME_CHARS = 200
QUALITY = 3
"""That of a Piper voice of medium size: so the order of the providers decides who is the default voice."""

_GENDER = re.compile(r"(?:^|[^a-z])(female|male)(?:[^a-z]|$)", re.IGNORECASE)
_UNSPEAKABLE = re.compile(r'[<>"|?*#]')
"""What AllTalk lets in no voice's name (`JSONInput`), and the sign that ends it in the name of a voice here."""


def listed(body: Any, facts: Facts, languages: Sequence[str], house: str) -> list[Voice]:
    """Return the voices of `GET /api/voices` in the server's order; `languages` are the owner's word on it."""
    names = list(_names(body)) if facts.many_voices else [THE_ONE]
    return [
        Voice(
            name,
            tuple(languages) or languages_of(name, multilingual=facts.multilingual, house=house),
            description=facts.engine,
            gender=found[1].lower() if (found := _GENDER.search(name)) else None,
            quality=QUALITY,
        )
        for name in dict.fromkeys(names)
    ]


def _names(body: Any) -> Iterator[str]:
    voices = body.get("voices") if isinstance(body, dict) else None
    for name in voices if isinstance(voices, list) else ():
        if isinstance(name, str) and _sound(name):
            yield name


def _sound(name: str) -> bool:
    fits = 0 < len(name) <= MAX_NAME_CHARS and name.isprintable() and name == name.strip()
    return fits and name != NONE_FOUND and not _UNSPEAKABLE.search(name)
