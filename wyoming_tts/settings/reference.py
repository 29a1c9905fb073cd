"""The reference of every setting, in Markdown, out of the schema: so it cannot say anything else than the code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wyoming_tts.settings.kind import kind
from wyoming_tts.settings.provider import ProviderSettings
from wyoming_tts.settings.schema import json_schema, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wyoming_tts.settings.schema import Schema

BEGIN = "<!-- Written by script/reference out of the code; changes here are lost. -->"
END = "<!-- The end of what script/reference writes. -->"


def with_reference(document: str, provider_types: Mapping[str, type[ProviderSettings]]) -> str:
    """Return the document with the reference between its two marks renewed. Raises ValueError where one is missing."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the document needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{reference(provider_types)}\n{END}{after}"


def reference(provider_types: Mapping[str, type[ProviderSettings]]) -> str:
    """Return a heading, a sentence and a table for each section, each kind of list entry and each provider type."""
    schema = json_schema(provider_types)
    parts = [part for name in schema["properties"] for part in _top(name, schema, provider_types)]
    return "\n\n".join(parts) + "\n"


def _top(name: str, schema: Schema, provider_types: Mapping[str, type[ProviderSettings]]) -> Iterator[str]:
    part = schema["properties"][name]
    if name == "providers":
        yield from _providers(part, schema, provider_types)
    elif "properties" in resolved(part, schema):
        yield from _section(name, part, schema)
    else:
        yield f"### `{name}`\n\n{_words(part)}\n\nMay be {_cell(kind(part))}. Default: {_default(part, needed=False)}."
        yield from _entries(name, part, schema)


def _section(title: str, part: Schema, schema: Schema) -> Iterator[str]:
    section = resolved(part, schema)
    needed = section.get("required", ())
    rows = [_row(key, below, needed=key in needed) for key, below in section["properties"].items()]
    yield f"### `{title}`\n\n{_words(part) or _words(section)}\n\n{_table(rows)}"
    for key, below in section["properties"].items():
        yield from _entries(f"{title}.{key}", below, schema)


def _entries(title: str, part: Schema, schema: Schema) -> Iterator[str]:
    """Describe the entries of a list of sections."""
    items = part.get("items", {})
    if "$ref" in items:
        yield from _section(f"{title}[]", items, schema)


def _providers(part: Schema, schema: Schema, provider_types: Mapping[str, type[ProviderSettings]]) -> Iterator[str]:
    common = ProviderSettings.model_json_schema()["properties"]
    rows = [_row(key, below, needed=key == "type") for key, below in common.items() if key != "type"]
    types = ", ".join(f"`{name}`" for name in sorted(provider_types))
    yield f"### `providers.NAME`\n\n{_words(part)} `type` is one of {types}. Every type knows these:\n\n{_table(rows)}"
    for name, ref in part["additionalProperties"]["discriminator"]["mapping"].items():
        own = resolved({"$ref": ref}, schema)
        extra = provider_types[name].extra
        needs = f" Needs the extra `{extra}`: `pip install 'wyoming-tts[{extra}]'`." if extra else ""
        needed = own.get("required", ())
        rows = [_row(key, below, needed=key in needed) for key, below in own["properties"].items() if key not in common]
        table = _table(rows) if rows else "No settings of its own."
        yield f"### `providers.NAME`, `type: {name}`\n\n{_words(own)}{needs}\n\n{table}"
        for key, below in own["properties"].items():
            yield from _entries(f"providers.NAME.{key}", below, schema)


def _row(key: str, part: Schema, *, needed: bool) -> str:
    return f"| `{key}` | {_cell(kind(part))} | {_default(part, needed=needed)} | {_cell(_words(part))} |"


def _table(rows: list[str]) -> str:
    return "\n".join(["| Key | May be | Default | Meaning |", "|---|---|---|---|", *rows])


def _default(part: Schema, *, needed: bool) -> str:
    if needed:
        return "must be given"
    default = part.get("default")
    return "left out" if default is None else f"`{json.dumps(default, ensure_ascii=False)}`"


def _words(part: Schema) -> str:
    return " ".join(str(part.get("description", "")).split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
