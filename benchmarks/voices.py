"""Piper voices for a data directory: many tiny ones, and one that costs what a real one does."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.fakes.piper_voice import build_piper_voice

if TYPE_CHECKING:
    from pathlib import Path

TINY = "en_US-tiny-low"
MADE_UP = "en_US-costly-medium"
COSTLY_ROUNDS = 95
"""Matrix products a sentence, some 5 ms each: what a medium voice takes for 200 characters on two cores."""
AS_SPEECH = 640
"""Samples of a sound, at 22,050 Hz about as long as people need for it: less is taken for speech that was cut off."""


def add_tiny(data_dir: Path, count: int = 1) -> str:
    """Add so many voices that share one network, and return the provider's name of the first."""
    folder = data_dir / "voices"
    model = build_piper_voice(folder, TINY)
    config = model.with_name(f"{model.name}.json")
    for number in range(1, count):
        other = folder / f"en_US-tiny{number:03}-low.onnx"
        other.symlink_to(model.name)
        shutil.copyfile(config, other.with_name(f"{other.name}.json"))
    return f"piper/{TINY}"


def add_costly(data_dir: Path, voice_dir: Path | None) -> str:
    """Add a voice of medium cost, the owner's or a made-up one, and return the provider's name of it."""
    folder = data_dir / "voices"
    folder.mkdir(parents=True, exist_ok=True)
    if voice_dir is None:
        build_piper_voice(folder, MADE_UP, rate=22_050, samples_per_id=AS_SPEECH, slow=COSTLY_ROUNDS)
        return f"piper/{MADE_UP}"
    found = sorted(path for path in voice_dir.glob("*.onnx") if path.with_name(f"{path.name}.json").exists())
    if not found:
        raise SystemExit(f"There is no voice in {voice_dir}.")
    model = next((path for path in found if path.stem.endswith("-medium")), found[0])
    for path in (model, model.with_name(f"{model.name}.json")):
        (folder / path.name).symlink_to(path.resolve())
    return f"piper/{model.stem}"
