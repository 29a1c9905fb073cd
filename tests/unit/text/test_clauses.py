# ruff: noqa: RUF001 - texts of many languages hold signs that look like others
"""Where a speaker could begin again."""

import pytest

from wyoming_tts.text.clauses import clause_starts


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("One, two; three: four. Five! Six? Seven", ["two;", "three:", "four.", "Five!", "Six?", "Seven"]),
        ("Well... no… yes", ["no…", "yes"]),
        ("The rent – cold – is due — now—really - so", ["cold", "is", "now", "really", "so"]),
        ("It is open (a little) and cold", ["(a", "and"]),
        ('He said "no." She left', ["She"]),
        ("one\ntwo", ["two"]),
        ("你好，世界。今天", ["世界", "今天"]),
        ("It costs 3,14 at 7:30 on 192.168.1.10 or 12/24/2026 for a-b", []),
        ("Ask Dr. Smith, e.g. now, z. B. am 22. November", ["e.g.", "z. B."]),
        ("Nothing follows. ", []),
        ("Nothing said follows, ... !", []),
        (", - nothing said before", []),
        ("", []),
    ],
)
def test_clauses(text: str, clauses: list[str]) -> None:
    starts = clause_starts(text)
    assert [text[start:].startswith(clause) for start, clause in zip(starts, clauses, strict=True)] == [True] * len(
        clauses
    )
