from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.fakes.provider_settings import TYPES
from wyoming_tts.settings.model import Settings
from wyoming_tts.settings.schema import json_schema, resolved, schema_at

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = json_schema(TYPES)


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        for below in part.values():
            yield from references(below)
    elif isinstance(part, list):
        for below in part:
            yield from references(below)


def test_it_is_json_of_the_named_dialect_and_complete() -> None:
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(SCHEMA["properties"]) == list(Settings.model_fields)
    assert SCHEMA["additionalProperties"] is False
    assert {ref.removeprefix("#/$defs/") for ref in references(SCHEMA)} <= set(SCHEMA["$defs"])


def test_every_key_is_described() -> None:
    parts: dict[str, dict[str, Any]] = {"": SCHEMA, **SCHEMA["$defs"]}
    silent = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, below in part["properties"].items()
        if not below.get("description") and not resolved(below, SCHEMA).get("description")
    ]
    assert silent == []


def test_a_provider_is_told_apart_by_its_type() -> None:
    providers = SCHEMA["properties"]["providers"]["additionalProperties"]
    kinds = [resolved(option, SCHEMA) for option in providers["anyOf"]]
    assert [kind["properties"]["type"]["const"] for kind in kinds] == ["absent", "cloud", "plain"]
    assert all("type" in kind["required"] for kind in kinds)
    assert "api_key" in kinds[1]["required"]


def test_the_part_for_a_value_is_found_with_the_help_of_the_data() -> None:
    data = {"providers": {"c": {"type": "cloud"}, "x": {"type": "none"}}, "voices": [{"name": "a"}]}
    key = schema_at(SCHEMA, ("providers", "c", "api_key"), data)
    name = schema_at(SCHEMA, ("voices", 0, "name"), data)
    assert key is not None
    assert key["writeOnly"]
    assert name is not None
    assert name["type"] == "string"
    assert schema_at(SCHEMA, ("providers", "x", "api_key"), data) is None
    assert schema_at(SCHEMA, ("server", "uri", "x"), data) is None
