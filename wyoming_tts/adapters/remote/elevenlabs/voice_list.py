"""The voices of an account, by names that a person can read and that stay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wyoming_tts.adapters.remote.elevenlabs.settings import NamedVoice
from wyoming_tts.speech.language import normalised, primary
from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wyoming_tts.adapters.remote.elevenlabs.speech_model import SpeechModel

QUALITY = 100
"""Above any engine that runs at home."""
MAX_NAME_CHARS = 60
ID_CHARS = 6
"""Of the id, behind the name of a voice whose namesake is older."""
LATEST_UNIX_S = 2.0**40
"""Tens of thousands of years from now: beyond it a moment is nonsense, and may be too large for a float."""
PUBLISHER = "ElevenLabs"
PUBLISHER_URL = "https://elevenlabs.io"


def voices_of(entries: Iterable[Any], model: SpeechModel, chosen: Sequence[str | NamedVoice] = ()) -> tuple[Voice, ...]:
    """Return the voices, all or the chosen ones in their order. `version` of each is its id at ElevenLabs."""
    offered = tuple(_offered(entries, model))
    if not chosen:
        return offered
    return tuple(_chosen(offered, chosen))


def voices_unheard(chosen: Sequence[str | NamedVoice], model: SpeechModel) -> tuple[Voice, ...]:
    """Return the chosen voices where the list may not be read: they must be ids then."""
    languages = model.languages or ("en",)
    names = [(wish.voice, wish.name) if isinstance(wish, NamedVoice) else (wish, wish) for wish in chosen]
    return tuple(_voice(voice_id, name, languages) for voice_id, name in dict.fromkeys(names))


def found(voices: Iterable[Voice], wanted: str) -> Voice | None:
    """Return the voice of that name or id; else one whose name differs in capitals or in what follows ` - `."""
    folded = wanted.casefold()
    known = [(voice, (voice.name, voice.version, voice.name.casefold())) for voice in voices]
    for voice, names in known:
        if wanted in names[:2]:
            return voice
    return next((voice for voice, names in known if folded in {names[2], names[2].partition(" - ")[0]}), None)


def _chosen(offered: Sequence[Voice], chosen: Sequence[str | NamedVoice]) -> Iterator[Voice]:
    taken: set[str] = set()
    for wish in chosen:
        voice = found(offered, wish.voice if isinstance(wish, NamedVoice) else wish)
        name = wish.name if isinstance(wish, NamedVoice) else voice.name if voice else ""
        if voice is not None and name not in taken:
            taken.add(name)
            yield replace(voice, name=name)


def _offered(entries: Iterable[Any], model: SpeechModel) -> Iterator[Voice]:
    """Yield in the order of names; of namesakes the oldest keeps the bare name."""
    known = {entry["voice_id"]: entry for entry in entries if isinstance(entry, dict) and _word(entry, "voice_id")}
    spoken = {tag: primary(tag) for tag in model.languages}
    taken: set[str] = set()
    for voice_id, entry in sorted(known.items(), key=lambda item: _order(*item)):
        name = _readable(_word(entry, "name")) or voice_id
        if name.casefold() in taken:
            name = f"{name} ({voice_id[:ID_CHARS]})"
        if name.casefold() in taken:
            continue
        taken.add(name.casefold())
        labels = entry.get("labels")
        labels = labels if isinstance(labels, dict) else {}
        voice = _voice(voice_id, name, _languages(entry, labels, model.id, spoken))
        yield replace(voice, description=_word(entry, "description"), gender=_word(labels, "gender") or None)


def _voice(voice_id: str, name: str, languages: tuple[str, ...]) -> Voice:
    return Voice(
        name,
        languages,
        quality=QUALITY,
        version=voice_id,
        attribution_name=PUBLISHER,
        attribution_url=PUBLISHER_URL,
    )


def _order(voice_id: str, entry: dict[str, Any]) -> tuple[str, float, str]:
    told = entry.get("created_at_unix")
    created = float(told) if isinstance(told, int | float) and 0 <= told < LATEST_UNIX_S else 0.0
    name = _readable(_word(entry, "name")) or voice_id
    return name.casefold(), created, voice_id


def _readable(name: str) -> str:
    """Return a name that can stand in `provider/voice#speaker`."""
    signs = ("-" if sign in "/#" else sign for sign in " ".join(name.split()) if sign.isprintable())
    return "".join(signs)[:MAX_NAME_CHARS].strip()


def _languages(
    entry: dict[str, Any], labels: dict[str, Any], model_id: str, spoken: Mapping[str, str]
) -> tuple[str, ...]:
    """Return what the voice was checked in first, then what the model makes any voice speak.

    `spoken` are the model's tags with the primary one of each, found once for all voices.
    """
    verified = entry.get("verified_languages")
    checked = [one for one in verified if isinstance(one, dict)] if isinstance(verified, list) else []
    checked.sort(key=lambda one: one.get("model_id") != model_id)
    own = {tag: primary(tag) for one in checked if (tag := normalised(_word(one, "locale") or _word(one, "language")))}
    able = set(spoken.values())
    kept = {tag: language for tag, language in own.items() if not able or language in able}
    covered = set(kept.values())
    label = normalised(_word(labels, "language"))
    for tag, language in [(label, primary(label)), *spoken.items()]:
        if tag and language not in covered and (not able or language in able):
            kept[tag] = language
            covered.add(language)
    return tuple(kept) or ("en",)


def _word(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""
