"""The published Piper voices as values: parsed, searched, chosen from; no I/O.

Source of the layout: huggingface.co/rhasspy/piper-voices, `voices.json`.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from wyoming_tts.net.remote_file import RemoteFile
from wyoming_tts.speech.language import distance, normalised, primary
from wyoming_tts.speech.voice_file import MAX_CONFIG_BYTES, MAX_NAME_CHARS, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_MODEL_BYTES = 1024**3
"""The largest published voice has 130 MB; more than this is a mistake of the list."""

QUALITIES = ("medium", "high", "low", "x_low")
"""Best first for a house: `high` sounds little better and takes several times as long to compute."""
_LIKED = ("lessac",)
"""Between equals: the voice that Piper's own documentation speaks with. Everything else goes by the alphabet."""
_HOME_REGIONS = {"en": "US"}
"""Where a language has voices of several regions and none was asked for: its own (`de-DE`), or this one."""
_LISTED_AS = {"nb": "no", "nn": "no"}
"""Systems say Bokmål or Nynorsk, the list says Norwegian."""


@dataclass(frozen=True, slots=True)
class PublishedVoice:
    """A voice that can be downloaded."""

    key: str
    """`en_US-lessac-medium`: the name of its files and of the voice once it is here."""
    name: str
    """The person or data set: `lessac`."""
    language: str
    """Its language tag."""
    quality: str
    model: RemoteFile
    config: RemoteFile
    language_name: str = ""
    """In English, with the country."""
    native_name: str = ""
    speakers: int = 1
    aliases: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """What its two files take."""
        return self.model.size_bytes + self.config.size_bytes


@dataclass(frozen=True, slots=True)
class Listing:
    """All voices of a catalogue at one moment, by key."""

    voices: tuple[PublishedVoice, ...]
    age_s: float = 0.0
    """Seconds since the server said so."""
    problem: str = ""
    """Why an old list had to do; empty for one fresh from the server."""

    def aged(self, age_s: float, problem: str) -> Listing:
        """Return the same list as one kept from an earlier time."""
        return replace(self, age_s=age_s, problem=problem)

    def search(self, words: Iterable[str] = (), language: str | None = None) -> list[PublishedVoice]:
        """Return the voices that have every word somewhere, and speak `language` if one is given."""
        wanted = [_folded(word) for word in words]
        return [
            voice
            for voice in self.voices
            if (language is None or _fits(language, voice)) and all(word in _haystack(voice) for word in wanted)
        ]

    def best_for(self, language: str) -> PublishedVoice | None:
        """Return the voice to begin with in this language; None where there is none. The same list, the same voice."""
        ranked = [(rank, voice.key, voice) for voice in self.voices if (rank := _rank(language, voice)) is not None]
        return min(ranked)[2] if ranked else None

    def find(self, name: str) -> PublishedVoice | None:
        """Return the voice called so, by key or alias, whatever the case."""
        wanted = _folded(name)
        by_name = {_folded(alias): voice for voice in self.voices for alias in voice.aliases}
        by_name |= {_folded(voice.key): voice for voice in self.voices}
        return by_name.get(wanted)

    def nearest(self, name: str) -> str | None:
        """Return the key most like `name`, where one is near enough to be what was meant."""
        return nearest(name, [voice.key for voice in self.voices])


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where none is near."""
    spelt = {_folded(each): each for each in known}
    close = difflib.get_close_matches(_folded(name), list(spelt), n=1, cutoff=0.6)
    return spelt[close[0]] if close else None


def parse_listing(document: bytes, base_url: str) -> Listing | None:
    """Return what `voices.json` lists; entries that cannot be used are left out. None for what is no list at all."""
    try:
        entries = json.loads(document)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entries, dict):
        return None
    return Listing(tuple(sorted(_published(entries, base_url.rstrip("/")), key=lambda voice: voice.key)))


def _published(entries: dict[str, Any], base_url: str) -> Iterator[PublishedVoice]:
    for key, entry in entries.items():
        try:
            voice = _parse_voice(key, entry, base_url)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            continue
        yield voice


def _parse_voice(key: str, entry: dict[str, Any], base_url: str) -> PublishedVoice:
    """Raise what using a wrong type raises where the entry is not as the layout says."""
    if not safe_name(key) or entry["key"] != key:
        raise ValueError
    language = entry["language"]
    path = [path for path in entry["files"] if path.rsplit("/", 1)[-1] == f"{key}.onnx"][0]  # noqa: RUF015 - a missing one is to be a LookupError
    country = language.get("country_english")
    return PublishedVoice(
        key=key,
        name=_text(entry["name"]),
        language=normalised(_text(language["code"])),
        quality=_text(entry["quality"]),
        model=_remote(base_url, path, entry["files"][path], MAX_MODEL_BYTES),
        config=_remote(base_url, f"{path}.json", entry["files"][f"{path}.json"], MAX_CONFIG_BYTES),
        language_name=_text(language["name_english"]) + (f" ({_text(country)})" if country else ""),
        native_name=_text(language.get("name_native", "")),
        speakers=max(1, int(entry.get("num_speakers", 1))),
        aliases=tuple(_text(alias) for alias in entry.get("aliases", ())),
    )


def _remote(base_url: str, path: str, facts: dict[str, Any], limit_bytes: int) -> RemoteFile:
    size, md5 = facts["size_bytes"], facts["md5_digest"].lower()
    whole = isinstance(size, int) and 0 < size <= limit_bytes
    if not (whole and re.fullmatch("[0-9a-f]{32}", md5) and all(safe_name(part) for part in path.split("/"))):
        raise ValueError
    return RemoteFile(f"{base_url}/{quote(path)}", size, md5)


def _text(value: object) -> str:
    """Return a short text that can be shown on a terminal."""
    if not isinstance(value, str) or len(value) > MAX_NAME_CHARS or not value.isprintable():
        raise ValueError
    return value


def _rank(language: str, voice: PublishedVoice) -> tuple[int, ...] | None:
    wanted = _listed_as(language)
    away = distance(wanted, voice.language)
    if away is None:
        return None
    family = primary(wanted)
    home = normalised(f"{family}-{_HOME_REGIONS.get(family, family)}")
    return (
        away,
        voice.language != home,
        QUALITIES.index(voice.quality) if voice.quality in QUALITIES else len(QUALITIES),
        voice.speakers > 1,
        voice.name not in _LIKED,
    )


def _fits(language: str, voice: PublishedVoice) -> bool:
    away = distance(_listed_as(language), voice.language)
    return away is not None and away < 2


def _listed_as(language: str) -> str:
    family, _, rest = normalised(language).partition("-")
    return "-".join(part for part in (_LISTED_AS.get(family, family), rest) if part)


def _haystack(voice: PublishedVoice) -> str:
    facts = (voice.key, voice.language, voice.language_name, voice.native_name, voice.quality, *voice.aliases)
    return _folded(" ".join(facts))


def _folded(text: str) -> str:
    """Return the text without case and accents, so that `tugao` finds `tugão`."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
