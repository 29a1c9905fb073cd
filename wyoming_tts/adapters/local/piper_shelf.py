"""The Piper voices on this machine's disk. Every function reads or writes the disk: call it in a thread."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.speech.language import normalised
from wyoming_tts.speech.voice_file import MAX_CONFIG_BYTES, MAX_SPEAKERS, is_tag, safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class InstalledVoice:
    """A model with its settings beside it."""

    name: str
    model: Path
    language: str
    """Its language tag; empty where neither its settings nor its name tell."""
    speakers: int
    size_bytes: int

    @property
    def config(self) -> Path:
        """The settings beside the model."""
        return config_path(self.model)


def config_path(model: Path) -> Path:
    """Return where the settings of `model` have to be."""
    return model.with_name(f"{model.name}.json")


def installed_voices(folders: Iterable[Path]) -> list[InstalledVoice]:
    """Return the whole voices of the folders by name; where two have the same one the first folder's counts."""
    found: dict[str, InstalledVoice] = {}
    for folder in folders:
        for model in sorted(folder.glob("*.onnx")):
            if safe_name(model.stem) and model.stem not in found and (voice := _installed(model)) is not None:
                found[model.stem] = voice
    return sorted(found.values(), key=lambda voice: voice.name)


def place(parts: Iterable[tuple[Path, Path]]) -> None:
    """Move (from, to) each, in this order: what makes a voice visible, its model, comes last."""
    folder = None
    for part, target in parts:
        part.replace(target)
        folder = target.parent
    if folder is not None:
        _sync(folder)


def remove(voice: InstalledVoice) -> None:
    """Delete the voice; the model first, so that half a voice is never seen."""
    voice.model.unlink()
    voice.config.unlink(missing_ok=True)
    _sync(voice.model.parent)


def _installed(model: Path) -> InstalledVoice | None:
    config = config_path(model)
    try:
        size = model.stat().st_size + config.stat().st_size
        with config.open("rb") as file:
            facts = json.loads(file.read(MAX_CONFIG_BYTES))
    except OSError:  # no settings, or gone between two looks
        return None
    except (ValueError, RecursionError):
        facts = None
    language, speakers = _facts(facts if isinstance(facts, dict) else {})
    return InstalledVoice(model.stem, model, normalised(language or model.stem.split("-")[0]), speakers, size)


def _facts(config: dict[str, object]) -> tuple[str, int]:
    language, speakers = config.get("language"), config.get("num_speakers")
    code = language.get("code") if isinstance(language, dict) else None
    return (
        code if isinstance(code, str) and is_tag(code) else "",
        speakers if isinstance(speakers, int) and 0 < speakers <= MAX_SPEAKERS else 1,
    )


def _sync(folder: Path) -> None:
    """Make a rename or a removal survive a power cut, where the file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
