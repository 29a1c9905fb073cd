"""The JSON Schema of the whole settings file, for editors, for the reference and for naming what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from wyoming_tts.settings.model import LIST_KEYS, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wyoming_tts.settings.provider import ProviderSettings
    from wyoming_tts.settings.section import Section
    from wyoming_tts.settings.tree import KeyPath

    Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(provider_types: Mapping[str, type[ProviderSettings]]) -> Schema:
    """Return the schema, draft 2020-12, with a provider told apart from the others by its `type`."""
    models: list[type[Section]] = [Settings, *provider_types.values()]
    refs, whole = models_json_schema([(model, "validation") for model in models])
    definitions = whole["$defs"]
    kinds = {name: refs[model, "validation"] for name, model in provider_types.items()}
    for name, ref in kinds.items():
        provider = resolved(ref, whole)
        provider["properties"]["type"] |= {"const": name}
        provider["required"] = sorted({*provider.get("required", ()), "type"})
    root = definitions.pop(refs[Settings, "validation"]["$ref"].rpartition("/")[2])
    root["properties"]["providers"]["additionalProperties"] = {
        "anyOf": [kinds[name] for name in sorted(kinds)],
        "discriminator": {"propertyName": "type", "mapping": {name: kinds[name]["$ref"] for name in sorted(kinds)}},
    }
    root["properties"] = {name: _may_be_empty(part) for name, part in root["properties"].items()}
    for name, key in LIST_KEYS.items():
        part = root["properties"][name]
        list_ = resolved(part, whole)["properties"][key]
        part["anyOf"].append({word: list_[word] for word in ("type", "items", "maxItems") if word in list_})
    return {"$schema": DIALECT, "title": "wyoming-tts", **_without(root, "title"), "$defs": definitions}


def resolved(part: Schema, schema: Schema) -> Schema:
    """Return what a reference leads to, also where null may stand in its place; any other part as it is."""
    references = [option["$ref"] for option in (part, *part.get("anyOf", ())) if "$ref" in option]
    if len(references) != 1:
        return part
    target: Schema = schema["$defs"][references[0].rpartition("/")[2]]
    return target


def schema_at(schema: Schema, path: KeyPath, data: object) -> Schema | None:
    """Return the part that describes the value at `path` of `data`; None where the schema knows no such place."""
    part = schema
    for key in path:
        child = _child(_keyed(part, schema, data), key, schema)
        if child is None:
            return None
        part, data = child, _item(data, key)
    return _keyed(part, schema, data)


def _keyed(part: Schema, schema: Schema, data: object) -> Schema:
    """Return the part itself behind references; of several kinds the one that `data` says it is, by its `type`."""
    part = resolved(part, schema)
    if mapping := part.get("discriminator", {}).get("mapping"):
        kind = data.get("type") if isinstance(data, dict) else None
        return resolved({"$ref": mapping[kind]}, schema) if isinstance(kind, str) and kind in mapping else {}
    return part


def _child(part: Schema, key: str | int, schema: Schema) -> Schema | None:
    options = [part, *(resolved(option, schema) for option in part.get("anyOf", ()))]
    for option in options:
        if isinstance(key, int):
            child = option.get("items")
        else:
            child = option.get("properties", {}).get(key, option.get("additionalProperties"))
        if isinstance(child, dict):
            return child
    return None


def _item(data: object, key: str | int) -> object:
    if isinstance(data, dict):
        return data.get(key)
    inside = isinstance(data, list) and isinstance(key, int) and key < len(data)
    return data[key] if inside else None  # type: ignore[index]


def _may_be_empty(part: Schema) -> Schema:
    """Allow null, which is what YAML makes of a section whose keys are all commented out."""
    if "$ref" in part:
        return _without(part, "$ref") | {"anyOf": [{"$ref": part["$ref"]}, {"type": "null"}]}
    return part | {"type": [part["type"], "null"]} if "type" in part else part


def _without(part: Schema, key: str) -> Schema:
    return {name: value for name, value in part.items() if name != key}
