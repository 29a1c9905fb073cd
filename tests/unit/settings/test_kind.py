from __future__ import annotations

from typing import Any

import pytest

from wyoming_tts.settings.kind import is_secret, kind


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "path"}, "a path"),
        ({"type": "number", "minimum": 0.25, "maximum": 4.0}, "a number from 0.25 to 4"),
        ({"type": "integer", "maximum": 10_000_000, "minimum": 1}, "a whole number from 1 to 10000000"),
        ({"type": "integer", "minimum": 64}, "a whole number of at least 64"),
        ({"type": "number", "exclusiveMinimum": 0}, "a number above 0"),
        ({"type": "array", "minItems": 1}, "a list of at least 1"),
        ({"type": ["array", "null"]}, "a list"),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "true or false or null"),
        ({"enum": ["a", "b"]}, "one of a, b"),
        ({"const": "a"}, '"a"'),
        ({"$ref": "#/$defs/X"}, "keys with values"),
        ({}, ""),
    ],
)
def test_a_schema_in_words(schema: dict[str, Any], words: str) -> None:
    assert kind(schema) == words


def test_a_secret_is_known_also_where_it_may_be_left_out() -> None:
    secret = {"type": "string", "writeOnly": True}
    assert is_secret(secret)
    assert is_secret({"anyOf": [secret, {"type": "null"}]})
    assert not is_secret({"type": "string"})
