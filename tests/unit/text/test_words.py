# ruff: noqa: RUF001 - texts of many languages hold signs that look like others
"""Where words begin."""

import pytest

from wyoming_tts.text.words import word_start, word_starts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one two", ["one", "two"]),
        ('  "Yes," (or – not) … 3,14 & 192.168.1.10!', ['"Yes,"', "(or", "not)", "3,14", "192.168.1.10!"]),
        ("well-known z. B.", ["well-known", "z.", "B."]),
        ("你好，世界", ["你", "好", "世", "界"]),
        ("コーヒーを飲む", ["コーヒー", "を", "飲", "む"]),
        ("", []),
        ("... !", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    starts = word_starts(text)
    assert len(starts) == len(words)
    assert all(text.startswith(word, start) for word, start in zip(words, starts, strict=True))


def test_an_offset_belongs_to_the_word_it_lies_in() -> None:
    starts = word_starts("at 192.168.1.10 now")
    assert [word_start(starts, offset) for offset in (0, 3, 7, 14, 16, 99)] == [0, 3, 3, 3, 16, 16]
    assert word_start([5], 2) == 0
    assert word_start([], 2) == 0
