from __future__ import annotations

import pytest

from wyoming_tts.settings.plain import plain_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("0123", 123),
        ("-7", -7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
    ],
)
def test_what_yaml_knows(text: str, value: object) -> None:
    found = plain_value(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["no", "on", "yes", "0x1F", "0o17", "1_000", "12:30", ".inf", "nan", "9" * 19, "2026-01-01"]
)
def test_what_only_older_yaml_guesses_stays_a_word(text: str) -> None:
    assert plain_value(text) == text
