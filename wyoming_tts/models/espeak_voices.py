"""eSpeak NG's voices under names and language tags that the rest of the world uses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wyoming_tts.speech.language import normalised, primary
from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wyoming_tts.models.espeak_library import EspeakVoice

# Where espeak's code is no BCP 47 tag (`ca-ba` is no Catalan of Bosnia, `ru-cl` none of Chile), or not the one that
# clients ask for (`zh-CN`, not `cmn`). Everything else is the code without its dialect.
_TAGS: dict[str, tuple[str, ...]] = {
    "ca-ba": ("ca-ES",),
    "ca-nw": ("ca-ES",),
    "ca-va": ("ca-ES",),
    "chr-us-qaaa-x-west": ("chr-US",),
    "cmn": ("zh-CN",),
    "cmn-latn-pinyin": ("zh-CN",),
    "es": ("es-ES",),
    "es-419": ("es-419", "es-MX"),
    "hyw": ("hy", "hyw"),
    "nb": ("nb", "no"),
    "piqd": ("tlh",),
    "pt": ("pt-PT",),
    "py": ("art-x-pyash",),
    "ru-cl": ("ru",),
    "xex": ("art-x-xextan",),
    "yue": ("zh-HK", "yue"),
}
# The collective tag of invented languages says nothing by itself.
_ARTIFICIAL = "art"
# A voice without its dictionary spells everything; these share another language's.
_DICTIONARIES = {"nb": "no", "ltg": "lv", "hyw": "hy"}


@dataclass(frozen=True, slots=True)
class NamedVoice:
    """What clients see of a voice, and what the library calls it."""

    voice: Voice
    identifier: str


def named(found: Iterable[EspeakVoice], *, data: Path, version: str) -> dict[str, NamedVoice]:
    """Return the voices that can speak, by name; of each language the one espeak prefers stands first."""
    usable = [voice for voice in found if voice.languages and _has_dictionary(voice, data)]
    rows: dict[str, tuple[tuple[str, int, int, str], EspeakVoice]] = {}
    for voice in sorted(usable, key=lambda voice: voice.identifier):
        name = voice.languages[0][1].lower()
        if name in rows:
            name = PurePosixPath(voice.identifier).name.lower()
        rows[name] = (_rank(name, voice), voice)
    result: dict[str, NamedVoice] = {}
    spoken: set[str] = set()
    for name, (rank, voice) in sorted(rows.items(), key=lambda row: row[1][0]):
        tags = _tags(name)
        if rank[0] not in spoken and rank[0] != _ARTIFICIAL:
            spoken.add(rank[0])
            tags = tuple(dict.fromkeys((*tags, rank[0])))
        result[name] = NamedVoice(_voice(name, voice, tags, version), voice.identifier)
    return result


def variants(found: Iterable[EspeakVoice]) -> dict[str, str]:
    """Return the files of the variants by their lower-case names (`f3`, `whisper`)."""
    files = [PurePosixPath(variant.identifier).name for variant in found]
    return {file.lower(): file for file in files}


def _voice(name: str, voice: EspeakVoice, tags: tuple[str, ...], version: str) -> Voice:
    return Voice(
        name=name,
        languages=tags,
        description=voice.title,
        gender=voice.gender,
        quality=0,
        version=version,
        attribution_name="eSpeak NG",
        attribution_url="https://github.com/espeak-ng/espeak-ng",
    )


def _has_dictionary(voice: EspeakVoice, data: Path) -> bool:
    language = primary(voice.languages[0][1])
    return (data / f"{_DICTIONARIES.get(language, language)}_dict").is_file()


def _rank(name: str, voice: EspeakVoice) -> tuple[str, int, int, str]:
    """Sort by language, then by how much espeak wants this voice for the bare language, then plain before dialect."""
    language = primary(_tags(name)[0])
    priority = min((rank for rank, code in voice.languages if code == language), default=99)
    return language, priority, len(name), name


def _tags(name: str) -> tuple[str, ...]:
    if (known := _TAGS.get(name) or _TAGS.get(name.partition("-latn-")[0])) is not None:
        return known
    language, *rest = name.split("-")
    kept = [language]
    for part in rest:
        if len(part) == 4 or (len(part) == 3 and part.isdigit()) or (len(part) == 2 and part.isalpha()):
            kept.append(part)
        else:
            break
    return (normalised("-".join(kept)),)
