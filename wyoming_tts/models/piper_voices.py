"""Piper voices as files on the disk: `NAME.onnx` with its `NAME.onnx.json` beside it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wyoming_tts.speech.language import normalised
from wyoming_tts.speech.voice import Voice
from wyoming_tts.speech.voice_file import MAX_CONFIG_BYTES, MAX_SPEAKERS, UnusableFile, is_tag, safe_name, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_QUALITIES = {"x_low": 1, "low": 2, "medium": 3, "high": 4}
# The other phoneme types of Piper need packages or downloads of their own.
_PHONEME_TYPES = ("espeak", "text")
# Begin, end and padding: piper fails in the middle of its work where one is missing.
_NEEDED_PHONEMES = ("^", "$", "_")
MAX_UNUSABLE = 100
"""Files reported; a folder may hold any number of others."""
NAME, NO_CONFIG, EMPTY, TOO_LARGE = "unfit-name", "no-config", "empty-file", "config-too-large"
UNREADABLE, UNFIT, BROKEN = "unreadable", "unfit-config", "broken-model"
"""Why a file cannot be used, for the owner."""

LEVEL = "as-made"
"""Part of every voice's version, by which its loudness is remembered. Piper itself makes each sentence as loud as can
be. What is spoken before its sentence is computed cannot be, so no voice is, and the house levels them all."""

Stamp = tuple[int, ...]
"""Sizes and times of both files: another stamp is another voice."""


@dataclass(frozen=True, slots=True)
class PiperVoiceFile:
    """A voice that can be loaded."""

    model: Path
    config: dict[str, Any]
    """The parsed JSON, with everything in it that loading relies on."""
    stamp: Stamp
    voice: Voice

    def speaker_id(self, speaker: str | None) -> int | None:
        """Return the model's number of a speaker, by name or digits. Raises KeyError."""
        if speaker is None:
            return None
        numbers = _numbers(self.config)
        if speaker not in numbers and speaker in {str(number) for number in numbers.values()}:
            return int(speaker)
        return numbers[speaker]


class PiperVoices:
    """The voices in some directories, read anew whenever they are asked for."""

    def __init__(self, directories: Sequence[Path]) -> None:
        self._directories = tuple(directories)
        self._parsed: dict[Path, tuple[Stamp, PiperVoiceFile | str]] = {}
        self.unusable: tuple[UnusableFile, ...] = ()
        """What was left out the last time, but for hidden files."""

    def read(self) -> dict[str, PiperVoiceFile]:
        """Return the voices by name, sorted; broken and half-downloaded ones are left out.

        Where two directories hold a voice of the same name the first one counts. Only files that changed are opened.
        """
        found: dict[str, PiperVoiceFile] = {}
        parsed: dict[Path, tuple[Stamp, PiperVoiceFile | str]] = {}
        unusable: list[UnusableFile] = []
        for model in self._models():
            stamp = _refused(model) or _stamp(model)
            if isinstance(stamp, str):
                unusable.append(UnusableFile(shown(model.name), stamp))
                continue
            before = self._parsed.get(model)
            parsed[model] = before if before is not None and before[0] == stamp else (stamp, _parse(model, stamp))
            file = parsed[model][1]
            if isinstance(file, PiperVoiceFile):
                found.setdefault(file.voice.name, file)
            else:
                unusable.append(UnusableFile(shown(model.name), file))
        self._parsed = parsed
        self.unusable = tuple(unusable[:MAX_UNUSABLE])
        return dict(sorted(found.items()))

    def give_up(self, file: PiperVoiceFile) -> None:
        """Leave out a voice whose network is none, until its files change."""
        self._parsed[file.model] = (file.stamp, BROKEN)

    def _models(self) -> Iterator[Path]:
        for directory in self._directories:
            try:
                names = sorted(os.listdir(directory))  # noqa: PTH208 - names are enough, and this is on every request
            except OSError:
                continue  # not made yet, or unplugged: no voices there for now
            yield from (directory / name for name in names if name.endswith(".onnx") and not name.startswith("."))


def _refused(model: Path) -> str | None:
    """Return why a name cannot be a voice's: others would not find their way through `provider/voice#speaker`."""
    return None if safe_name(model.stem) else NAME


def _stamp(model: Path) -> Stamp | str:
    """Return the files' stamp, or why they cannot be a voice."""
    try:
        files = [model.stat(), _config_path(model).stat()]
    except FileNotFoundError:
        return NO_CONFIG
    except OSError:
        return UNREADABLE
    if not all(file.st_size for file in files):
        return EMPTY
    return tuple(number for file in files for number in (file.st_size, file.st_mtime_ns))


def _config_path(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")


def _parse(model: Path, stamp: Stamp) -> PiperVoiceFile | str:
    """Return the voice, or why its configuration cannot be used."""
    try:
        with _config_path(model).open("rb") as file:
            text = file.read(MAX_CONFIG_BYTES + 1)
        if len(text) > MAX_CONFIG_BYTES:
            return TOO_LARGE
        config = json.loads(text)
        if not _usable(config):
            return UNFIT
        return PiperVoiceFile(model, config, stamp, _voice(model.stem, config, stamp))
    except OSError:
        return UNREADABLE
    except Exception:  # noqa: BLE001 - whatever shape this JSON has, it is not a voice's, and the others are
        return UNFIT


def _usable(config: Any) -> bool:
    phonemes = config["phoneme_id_map"]
    rate, speakers = config["audio"]["sample_rate"], config["num_speakers"]
    return (
        isinstance(rate, int)
        and rate > 0
        and isinstance(speakers, int)
        and 0 <= speakers <= MAX_SPEAKERS
        and int(config["num_symbols"]) > 0
        and isinstance(config["espeak"]["voice"], str)
        and config.get("phoneme_type", "espeak") in _PHONEME_TYPES
        and all(phonemes[needed] for needed in _NEEDED_PHONEMES)
    )


def _voice(name: str, config: dict[str, Any], stamp: Stamp) -> Voice:
    quality = str(config["audio"].get("quality") or name.rpartition("-")[2])
    return Voice(
        name=name,
        languages=(_language(name, config),),
        description=_description(name, config, quality),
        speakers=_speakers(config),
        quality=_QUALITIES.get(quality, _QUALITIES["low"]),
        version=hashlib.blake2s(repr((LEVEL, stamp)).encode(), digest_size=6).hexdigest(),
        attribution_name="Piper",
        attribution_url="https://github.com/OHF-Voice/piper1-gpl",
    )


def _language(name: str, config: dict[str, Any]) -> str:
    """Return the tag in the configuration, else in the name (`en_US-lessac-medium`), else of its phonemes."""
    candidates = (
        config.get("language", {}).get("code"),
        name.partition("-")[0],
        config["espeak"]["voice"].partition("-x-")[0],
    )
    for candidate in candidates:
        if isinstance(candidate, str) and is_tag(candidate):
            return normalised(candidate)
    return "und"


def _description(name: str, config: dict[str, Any], quality: str) -> str:
    language = config.get("language", {})
    person = config.get("dataset") or [*name.split("-"), name][1]
    facts = [language.get("name_english"), language.get("country_english"), quality if quality in _QUALITIES else None]
    known = ", ".join(str(fact) for fact in facts if fact)
    return shown(f"{shown(str(person))} ({known})" if known else name)


def _speakers(config: dict[str, Any]) -> tuple[str, ...]:
    numbers = _numbers(config)
    return tuple(sorted(numbers, key=lambda speaker: (numbers[speaker], speaker)))


def _numbers(config: dict[str, Any]) -> dict[str, int]:
    """Return the model's numbers of the speakers; one whose name cannot be shown goes by his number."""
    count: int = config["num_speakers"]
    if count <= 1:
        return {}
    numbers = {str(number): number for number in range(count)}
    if named := config.get("speaker_id_map"):
        numbers = {name if name and shown(name) == name else str(number): number for name, number in named.items()}
    if not all(isinstance(number, int) and 0 <= number < count for number in numbers.values()):
        raise ValueError("a speaker without a number")
    return numbers
