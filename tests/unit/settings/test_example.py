"""config/wyoming-tts.yaml: what it says by itself, and what it says without its `#`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.settings.load import load
from wyoming_tts.settings.model import Settings
from wyoming_tts.settings.schema import json_schema, resolved
from wyoming_tts.settings.yaml_marks import parse

EXAMPLE = Path(__file__).parents[3] / "config/wyoming-tts.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
SCHEMA = json_schema(PROVIDER_TYPES)


def uncommented(text: str) -> str:
    """Return the text with its settings in force; prose stands after `# `, one space and a letter."""
    return re.sub(r"^#(?=  |\w)", "", text, flags=re.MULTILINE)


def loaded(path: Path) -> Settings:
    return load(path, provider_types=PROVIDER_TYPES, default_providers=DEFAULT_PROVIDERS, environ={})


def block(section: str) -> str:
    """Return the lines of one section, from its key to the next one."""
    lines = TEXT.splitlines(keepends=True)
    starts = [index for index, line in enumerate(lines) if re.match(r"#?\w+:", line)]
    start = next(index for index in starts if re.match(rf"#?{section}:", lines[index]))
    return "".join(lines[start : next((index for index in starts if index > start), len(lines))])


def test_by_itself_it_changes_nothing() -> None:
    defaults = load(None, provider_types=PROVIDER_TYPES, default_providers=DEFAULT_PROVIDERS, environ={})
    assert loaded(EXAMPLE) == defaults


def test_without_its_marks_it_says_every_default(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(uncommented(TEXT), encoding="utf-8")
    settings = loaded(path)
    assert [voice.name for voice in settings.voices] == ["Anna"]
    assert settings.model_copy(update={"voices": ()}) == loaded(EXAMPLE)


@pytest.mark.parametrize("section", list(Settings.model_fields))
def test_each_section_may_be_put_in_force_alone(section: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(TEXT.replace(block(section), uncommented(block(section))), encoding="utf-8")
    assert section in parse(path.read_text(encoding="utf-8"), "f", {}).data
    loaded(path)


def keys(part: dict[str, Any]) -> set[str]:
    return set(resolved(part, SCHEMA)["properties"])


def test_an_editor_finds_it_correct() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    editor = Draft202012Validator(SCHEMA)
    for text in (TEXT, uncommented(TEXT)):
        assert [error.message for error in editor.iter_errors(parse(text, "f", {}).data)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonsense": 1},
        {"server": {"drain_s": "long"}},
        {"voices": [{"name": "Anna"}]},
        {"providers": {"p": {"type": "nonsense"}}},
        {"providers": {"p": {"type": "piper", "speed": 9}}},
        {"providers": {"p": {"speed": 1}}},
    ],
)
def test_an_editor_marks_what_is_wrong(wrong: dict[str, Any]) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(wrong)


def test_it_holds_every_key_there_is() -> None:
    data: dict[str, Any] = parse(uncommented(TEXT), "f", {}).data
    assert set(data) == set(SCHEMA["properties"])
    for name, part in SCHEMA["properties"].items():
        if "properties" in resolved(part, SCHEMA):
            assert set(data[name]) == keys(part), name
    assert set(data["voices"][0]) == keys(SCHEMA["properties"]["voices"]["items"])
    kinds = SCHEMA["properties"]["providers"]["additionalProperties"]["discriminator"]["mapping"]
    for provider in data["providers"].values():
        assert set(provider) == keys({"$ref": kinds[provider["type"]]}), provider["type"]
