"""Lists of voices in every shape that servers send them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_VOICES = 10_000
MAX_NAME_CHARS = 200

_LISTS = ("voices", "data", "models", "items")
_NAMES = ("id", "voice_id", "ShortName", "filename", "name", "voice")
_TITLES = ("display_name", "title", "FriendlyName", "name")
_LANGUAGES = ("languages", "language", "locale", "Locale", "lang", "language_code")
_GENDERS = ("gender", "Gender")
_TTS = frozenset({"tts", "text-to-speech"})


@dataclass(frozen=True, slots=True)
class ListedVoice:
    """A voice as a server lists it."""

    name: str
    model: str | None = None
    """The model it stands below."""
    languages: tuple[str, ...] = ()
    """As they are spelt there."""
    gender: str | None = None
    title: str = ""


def listed(body: Any, *, models_speak: bool = False) -> tuple[ListedVoice, ...]:
    """Return the voices of a list in its own order, each pair of voice and model once; nothing of what is no list.

    Understands names, objects, either of them below a key, and voices below their models. With `models_speak` an entry
    is a model that is a voice by itself.
    """
    found: dict[tuple[str, str | None], ListedVoice] = {}
    for voice in _voices(body, None, models_speak=models_speak):
        found.setdefault((voice.name, voice.model), voice)
        if len(found) >= MAX_VOICES:
            break
    return tuple(found.values())


def _voices(body: Any, model: str | None, *, models_speak: bool) -> Iterator[ListedVoice]:
    for entry in _entries(body):
        if isinstance(entry, str):
            entry = {"id": entry}  # noqa: PLW2901 - the same thing, spelt out
        if not isinstance(entry, dict) or not _speaks(entry, unless_told=not models_speak):
            continue
        name = _text(entry, _NAMES)
        if not _usable(name):
            continue
        if isinstance(entry.get("voices"), list | dict):
            yield from _voices(entry["voices"], name, models_speak=False)
            continue
        title = _text(entry, _TITLES)
        yield ListedVoice(
            name,
            name if models_speak else model,
            _texts(entry, _LANGUAGES),
            _gender(entry),
            title if title != name else "",
        )


def _entries(body: Any) -> list[Any]:
    if isinstance(body, dict):
        body = next((body[key] for key in _LISTS if isinstance(body.get(key), list)), [])
    return body if isinstance(body, list) else []


def _speaks(entry: dict[str, Any], *, unless_told: bool) -> bool:
    """Whether it is a voice, or a model that says that it speaks; `unless_told` is for those that say nothing."""
    abilities = [entry["task"]] if isinstance(entry.get("task"), str) else entry.get("capabilities")
    if not isinstance(abilities, list):
        return unless_told
    return not _TTS.isdisjoint(str(ability) for ability in abilities)


def _usable(name: str) -> bool:
    """Whether it can stand in `provider/voice#speaker`."""
    return 0 < len(name) <= MAX_NAME_CHARS and name.isprintable() and "#" not in name and name == name.strip()


def _text(entry: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((value for key in keys if isinstance(value := entry.get(key), str) and value), "")


def _texts(entry: dict[str, Any], keys: tuple[str, ...]) -> tuple[str, ...]:
    value = next((entry[key] for key in keys if entry.get(key)), None)
    values = value if isinstance(value, list) else [value]
    return tuple(text for text in values if isinstance(text, str))


def _gender(entry: dict[str, Any]) -> str | None:
    gender = _text(entry, _GENDERS).lower()
    return gender if gender in {"female", "male"} else None
