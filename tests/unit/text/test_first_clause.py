"""The first clause is worth saying by itself, and nothing of its sentence is said twice or lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.text.clean import clean
from wyoming_tts.text.first_clause import LOOKED_AT_CHARS, OpenSentence, first_clause
from wyoming_tts.text.sentences import SentenceSplitter, is_speakable

LONG = "The washing machine in the cellar is done, and since it is not going to rain you could hang up the sheets."


@pytest.mark.parametrize(
    ("text", "ended", "said"),
    [
        (LONG, True, "The washing machine in the cellar is done, "),
        ("The washing machine in the cellar is done, an", False, "The washing machine in the cellar is done, "),
        ("The washing machine in the cellar is done,", False, ""),  # what follows may belong to it: 3,14
        ("The washing machine in the cellar is done, ", False, ""),
        ("Well, the washing machine in the cellar is done now", False, ""),  # one word is no beginning
        ("The washing machine in the cellar is done, yes.", True, ""),  # too little would be left
        (
            "Der Termin am 3. Mai um 15 Uhr ist abgesagt \u2013 schade",
            False,
            "Der Termin am 3. Mai um 15 Uhr ist abgesagt \u2013 ",
        ),
        ("今日はとても良い天気ですから、散歩に行きましょうか", False, "今日はとても良い天気ですから、"),
        ("one two three " * 4, False, ""),
        ("one two three " * 6, True, ""),
        ("one two three " * 9, False, "one two three " * 5),  # nobody waits for a comma for ever
        (
            "The front door is much too warm for this time and the train to the city is much too warm for this time.",
            True,
            "The front door is much too warm for this time and the train to the city ",
        ),
        ("word" * 60, True, ""),
        (
            "今日はとても良い天気ですから散歩に行きましょうかそれとも家でゆっくりしましょうかどちらでもいいですよ" * 2,
            True,
            "",
        ),
        ("", False, ""),
    ],
)
def test_where_it_ends(text: str, ended: bool, said: str) -> None:  # noqa: FBT001 - a table
    assert text[: first_clause(text, ended=ended)] == said


WORDS = st.sampled_from(
    [
        "the",
        "*cellar*",
        "is",
        "done,",
        "and,",
        "3,14",
        "\u2013",
        "(or",
        "not)",
        "\u00ab",
        "z. B.",
        "Mr.",
        "...",
        "1.",
        "*",
        "end.",
        "why?",
        "\n\n",
        "\u201cno,\u201d",
        "2*3*4",
    ]
)


@given(st.lists(WORDS, max_size=60), st.integers(0, 200))
def test_the_rest_of_what_is_said_comes_once(words: list[str], at: int) -> None:
    """At whatever moment a clause is taken, it and the rest of the sentences are the text, letter by letter."""
    text = clean(" ".join(words))
    splitter, open_, pieces = SentenceSplitter(), OpenSentence(), []
    for number, char in enumerate(text):
        open_.feed(char)
        ended = splitter.feed(char)
        pieces += [open_.rest_of(sentence.text) for sentence in ended]
        if ended:
            break
        if number >= at and not open_.begun:
            pieces.append(open_.take_clause())
    pieces += (
        [open_.rest_of(sentence.text) for sentence in [*splitter.feed(text[number + 1 :]), *splitter.finish()]]
        if text
        else []
    )
    assert letters("".join(pieces)) == letters(text)
    assert not open_.begun


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def test_a_sign_at_the_end_counts_where_nothing_follows_for_a_while() -> None:
    open_ = OpenSentence()
    open_.feed("The washing machine in the cellar is done,")
    assert open_.take_clause() == ""
    assert open_.take_clause(paused=True) == "The washing machine in the cellar is done,"


def test_signs_at_the_cut_belong_to_what_was_said() -> None:
    open_ = OpenSentence()
    open_.feed("\u201cThe washing machine in the cellar is done,\u201d she said")
    assert open_.take_clause() == "\u201cThe washing machine in the cellar is done,\u201d"
    assert open_.begun
    assert (
        open_.rest_of("\u201cThe washing machine in the cellar is done,\u201d she said (twice).") == "she said (twice)."
    )
    assert not open_.begun
    assert is_speakable(open_.rest_of("Another one."))


@pytest.mark.parametrize("sign", ["! ", ", ", "( ", ") ", "\u3001", "\u2014 "])
def test_signs_without_a_word_take_no_time(sign: str) -> None:
    """Looking at all of them again and again held up the whole house for seconds."""
    open_ = OpenSentence()
    for _ in range(20_000):
        open_.feed(sign)
        assert open_.take_clause() == ""
    assert len(open_._text) <= LOOKED_AT_CHARS


def test_only_a_beginning_is_looked_at() -> None:
    open_ = OpenSentence()
    for _ in range(50_000):
        open_.feed("word")
        assert open_.take_clause() == ""
    assert len(open_._text) <= LOOKED_AT_CHARS + 4
    assert open_.rest_of("word" * 50_000) == "word" * 50_000
