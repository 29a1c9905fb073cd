"""What the files of a voice may be called and hold."""

from __future__ import annotations

import pytest

from wyoming_tts.speech.voice_file import is_tag, safe_name, shown


@pytest.mark.parametrize("name", ["en_US-lessac-x_low", "pt_PT-tugão-medium", "ar_JO-كريم-low", "a.b", "x" * 100])
def test_names_of_any_script_are_safe(name: str) -> None:
    assert safe_name(name)


@pytest.mark.parametrize(
    "name", ["", ".hidden", "a/b", "a\\b", "a b", "a\nb", "a#b", "a+b", "a?b", "a\0", "bad\udcff", "x" * 101, "\u2028"]
)
def test_names_that_lead_elsewhere_or_cannot_be_written_are_not(name: str) -> None:
    assert not safe_name(name)


def test_what_somebody_else_wrote_is_shown_short_and_without_commands() -> None:
    assert shown("Anna\x1b[2J\u202e\udcff Müller\n") == "Anna[2J Müller"
    assert shown("x" * 20_000_000) == "x" * 100


def test_tags() -> None:
    assert [value for value in ("de", "de_AT", "zh-Hans-CN", "", "d", "x" * 99, "a\nb", 7, None) if is_tag(value)] == [
        "de",
        "de_AT",
        "zh-Hans-CN",
    ]
