"""Piper voices as files on the disk: `NAME.onnx` with its `NAME.onnx.json` beside it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wyoming_tts.speech.language import normalised
from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_QUALITIES = {"x_low": 1, "low": 2, "medium": 3, "high": 4}
# The other phoneme types of Piper need packages or downloads of their own.
_PHONEME_TYPES = ("espeak", "text")
# Begin, end and padding: piper fails in the middle of its work where one is missing.
_NEEDED_PHONEMES = ("^", "$", "_")
_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")

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
        known: int | None = self.config.get("speaker_id_map", {}).get(speaker)
        if known is None and speaker.isascii() and speaker.isdigit() and int(speaker) < self.config["num_speakers"]:
            known = int(speaker)
        if known is None:
            raise KeyError(speaker)
        return known


class PiperVoices:
    """The voices in some directories, read anew whenever they are asked for."""

    def __init__(self, directories: Sequence[Path]) -> None:
        self._directories = tuple(directories)
        self._parsed: dict[Path, tuple[Stamp, PiperVoiceFile | None]] = {}

    def read(self) -> dict[str, PiperVoiceFile]:
        """Return the voices by name, sorted; broken and half-downloaded ones are left out.

        Where two directories hold a voice of the same name the first one counts. Only files that changed are opened.
        """
        found: dict[str, PiperVoiceFile] = {}
        parsed: dict[Path, tuple[Stamp, PiperVoiceFile | None]] = {}
        for model in self._models():
            stamp = _stamp(model)
            if stamp is None:
                continue
            before = self._parsed.get(model)
            parsed[model] = before if before is not None and before[0] == stamp else (stamp, _parse(model, stamp))
            file = parsed[model][1]
            if file is not None:
                found.setdefault(file.voice.name, file)
        self._parsed = parsed
        return dict(sorted(found.items()))

    def _models(self) -> Iterator[Path]:
        for directory in self._directories:
            try:
                names = sorted(os.listdir(directory))  # noqa: PTH208 - names are enough, and this is on every request
            except OSError:
                continue  # not made yet, or unplugged: no voices there for now
            yield from (directory / name for name in names if name.endswith(".onnx"))


def _stamp(model: Path) -> Stamp | None:
    try:
        files = [model.stat(), _config_path(model).stat()]
    except OSError:
        return None
    if not all(file.st_size for file in files):
        return None
    return tuple(number for file in files for number in (file.st_size, file.st_mtime_ns))


def _config_path(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")


def _parse(model: Path, stamp: Stamp) -> PiperVoiceFile | None:
    """Return the voice, or None where its configuration cannot be used."""
    try:
        config = json.loads(_config_path(model).read_text("utf-8"))
        if not _usable(config):
            return None
        return PiperVoiceFile(model, config, stamp, _voice(model.stem, config, stamp))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # whatever shape this JSON has, it is not a voice's


def _usable(config: Any) -> bool:
    phonemes = config["phoneme_id_map"]
    return (
        int(config["audio"]["sample_rate"]) > 0
        and int(config["num_speakers"]) >= 0
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
        version=hashlib.blake2s(repr(stamp).encode(), digest_size=6).hexdigest(),
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
        if isinstance(candidate, str) and _TAG.fullmatch(candidate):
            return normalised(candidate)
    return "und"


def _description(name: str, config: dict[str, Any], quality: str) -> str:
    language = config.get("language", {})
    person = config.get("dataset") or [*name.split("-"), name][1]
    facts = [language.get("name_english"), language.get("country_english"), quality if quality in _QUALITIES else None]
    known = ", ".join(str(fact) for fact in facts if fact)
    return f"{person} ({known})" if known else name


def _speakers(config: dict[str, Any]) -> tuple[str, ...]:
    count = int(config["num_speakers"])
    if count <= 1:
        return ()
    numbers: dict[str, int] = config.get("speaker_id_map") or {str(number): number for number in range(count)}
    return tuple(sorted(numbers, key=lambda speaker: (int(numbers[speaker]), speaker)))
