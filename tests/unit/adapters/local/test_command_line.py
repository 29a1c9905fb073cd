"""Arguments with places in them."""

from __future__ import annotations

import pytest

from wyoming_tts.adapters.local.command_line import CommandLine

VALUES = {
    "text": "Hello",
    "voice": "slt",
    "language": "en-GB",
    "speed": "1.5",
    "pitch": "1",
    "volume": "1",
    "stretch": "2",
}


def filled(*parts: str, **values: str) -> list[str]:
    return CommandLine.parse(["say", *parts]).filled(VALUES | values)[1:]


def test_every_place_is_filled_and_stays_one_argument() -> None:
    parts = ("-v", "{voice}", "--rate={speed}", "{language}/{voice}", "{stretch} {pitch} {volume}", "{text}")
    assert filled(*parts, text="a; rm -rf \"$HOME\" 'b' `c`\n") == [
        *("-v", "slt", "--rate=1.5", "en-GB/slt", "2 1 1", "a; rm -rf \"$HOME\" 'b' `c`\n")
    ]


def test_what_was_put_in_is_not_looked_at_again() -> None:
    assert filled("{text}", text="{voice} {{") == ["{voice} {{"]


@pytest.mark.parametrize(
    ("part", "expected"),
    [("{{text}}", "{text}"), ("{", "{"), ("{}", "{}"), ("{1,2}", "{1,2}"), ("a}b", "a}b"), ('{"a": 1}', '{"a": 1}')],
)
def test_other_braces_are_left_alone(part: str, expected: str) -> None:
    assert filled(part) == [expected]


@pytest.mark.parametrize(("part", "expected"), [("{text}", " -x"), ("--text={text}", "--text=-x"), ("-{text}", "--x")])
def test_a_text_never_becomes_an_option(part: str, expected: str) -> None:
    assert filled(part, text="-x") == [expected]


@pytest.mark.parametrize(("parts", "takes_text"), [(["{text}"], True), (["-t={text}"], True), (["{{text}}"], False)])
def test_it_knows_whether_the_text_is_an_argument(parts: list[str], takes_text: bool) -> None:  # noqa: FBT001 - a table
    assert CommandLine.parse(["say", *parts]).takes_text is takes_text


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "must begin with a program"),
        ([" "], "must begin with a program"),
        (["{text}"], "always the same"),
        (["say", "{speaker}"], r"\{speaker\} is none of \{text\}, .* write \{\{speaker\}\}"),
        (["say", "{Text}"], "is none of"),
        (["say", "a\0b"], "NUL"),
    ],
)
def test_a_command_that_cannot_work_is_refused(parts: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CommandLine.parse(parts)
