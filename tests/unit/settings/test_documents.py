"""What the documents tell an owner to write is correct."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.settings.load import load
from wyoming_tts.settings.model import Settings

ROOT = Path(__file__).parents[3]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TOP = "|".join(Settings.model_fields)
BLOCK = re.compile(rf"^```yaml\n((?:#.*\n)*(?:{TOP}):.*?)^```$", re.MULTILINE | re.DOTALL)
ENVIRON = {"OPENAI_API_KEY": "sk-1", "ELEVENLABS_API_KEY": "k"}

BLOCKS = [
    pytest.param(block, id=f"{path.name}-{number}")
    for path in DOCUMENTS
    for number, block in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")), 1)
]


def test_there_is_an_example_of_every_provider_that_needs_settings() -> None:
    text = (ROOT / "docs/providers.md").read_text(encoding="utf-8")
    missing = [word for word in PROVIDER_TYPES if word not in {"espeak", "piper"} and f"type: {word}\n" not in text]
    assert missing == []


@pytest.mark.parametrize("text", BLOCKS)
def test_an_example_can_be_loaded(text: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "secrets.yaml").write_text("".join(f"{name}: x\n" for name in re.findall(r"!secret (\w+)", text)))
    environ = ENVIRON | dict.fromkeys(re.findall(r"!env (\w+)", text), "x")
    load(path, provider_types=PROVIDER_TYPES, default_providers=DEFAULT_PROVIDERS, environ=environ)
