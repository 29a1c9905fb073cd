"""The table of errors says what the classes say, and the documents hold it."""

from pathlib import Path

import pytest

from wyoming_tts import errors
from wyoming_tts.telemetry.error_table import BEGIN, END, error_table, with_error_table

DOCUMENT = Path(__file__).parents[3] / "docs/errors.md"


def cells(code: str) -> list[str]:
    row = next(line for line in error_table().splitlines() if f"`{code}`" in line)
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_document_is_up_to_date() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_error_table(text) == text


@pytest.mark.parametrize(
    ("code", "policy"),
    [
        ("text-too-long", ["413", "no", "as it was", "no"]),
        ("provider-unavailable", ["503", "yes, before its first sound", "opens at once", "yes"]),
        ("provider-timeout", ["504", "no", "opens at the second in a row", "yes"]),
        ("bad-credentials", ["502", "no", "opens at once, until something changes", "yes"]),
        ("budget-exhausted", ["503", "no", "as it was", "yes"]),
        ("speech-cut-off", ["502", "no", "opens at the second in a row", "yes"]),
    ],
)
def test_each_error_s_policy_stands_in_its_row(code: str, policy: list[str]) -> None:
    _, status, _, *rest = cells(code)
    assert [status, *rest] == policy


def test_every_code_stands_there_once() -> None:
    codes = [line.split("|")[1].strip() for line in error_table().splitlines()[2:]]
    assert len(codes) == len(set(codes))
    assert {f"`{kind.code}`" for kind in (errors.BadRequest, errors.NoAudio, errors.AllProvidersFailed)} < set(codes)


def test_a_document_without_the_marks_is_refused() -> None:
    for text in ("", BEGIN, END):
        with pytest.raises(ValueError, match="needs the lines"):
            with_error_table(text)
