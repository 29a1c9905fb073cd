"""What a value may be, in the owner's words, out of its JSON Schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wyoming_tts.settings.schema import Schema

_WORDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "keys with values",
}


def kind(schema: Schema) -> str:
    """Return half a sentence such as `a number from 0.25 to 4`; "" where the schema leaves it open."""
    if options := schema.get("anyOf"):
        words = [word for option in options if (word := kind(option))]
        return " or ".join(dict.fromkeys(words))
    if "$ref" in schema:
        return _WORDS["object"]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return f"one of {', '.join(str(value) for value in schema['enum'])}"
    if schema.get("type") == "null":
        return "null"
    type_ = schema.get("type", "")
    name = type_[0] if isinstance(type_, list) else type_  # the other one is null, for a section without a key
    word = "a path" if schema.get("format") == "path" else _WORDS.get(name, "")
    return f"{word}{_range(schema)}"


def is_secret(schema: Schema) -> bool:
    """Whether the value is one that is never shown."""
    return bool(schema.get("writeOnly")) or any(is_secret(option) for option in schema.get("anyOf", ()))


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {low:g} to {high:.10g}"
    bounds = (
        ("minimum", "of at least {:.10g}"),
        ("maximum", "of at most {:.10g}"),
        ("exclusiveMinimum", "above {:.10g}"),
        ("exclusiveMaximum", "below {:.10g}"),
        ("minItems", "of at least {:g}"),
        ("maxItems", "of at most {:g}"),
        ("minLength", "of at least {:g} characters"),
        ("maxLength", "of at most {:g} characters"),
    )
    return "".join(f" {words.format(schema[key])}" for key, words in bounds if key in schema)
