"""How sentences become utterances."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from wyoming_tts.text.utterances import UtterancePlanner, bounded, needed_in_hand_s, speech_seconds

SENTENCE = "This is a sentence of some fifty characters, is it not?"


@given(st.text(), st.integers(1, 60))
@settings(max_examples=500, deadline=None)
def test_pieces_are_short_enough_and_nothing_but_space_is_lost(text: str, most: int) -> None:
    pieces = bounded(text, most)
    assert all(0 < len(piece) <= most for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_short_sentence_stays_whole() -> None:
    assert bounded(SENTENCE, 300) == [SENTENCE]


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    text = "When it rains at 7:30 or costs 3,14 euros, we stay at home; otherwise we go out, of course."
    assert bounded(text, 60) == [
        "When it rains at 7:30 or costs 3,14 euros, we stay at home;",
        "otherwise we go out, of course.",
    ]


def test_a_clause_that_is_too_short_is_no_reason_to_cut() -> None:
    assert bounded("So, this goes on and on without any sign", 30) == ["So, this goes on and on", "without any sign"]


def test_chinese_is_cut_at_its_commas() -> None:
    assert bounded("今天天气很好\uff0c我们去公园散步\uff0c然后回家吃饭。", 16) == [
        "今天天气很好\uff0c我们去公园散步\uff0c",
        "然后回家吃饭。",
    ]


def test_a_word_that_is_too_long_is_cut_between_graphemes() -> None:
    assert bounded("किकिकिकि", 3) == ["कि", "कि", "कि", "कि"]


def test_a_grapheme_that_is_too_long_is_cut_too() -> None:
    assert list(map(len, bounded("a" + "\u0301" * 9, 4))) == [4, 4, 2]
    assert len(regex.findall(r"\X", "a" + "\u0301" * 9)) == 1


def test_a_long_text_is_cut_in_time_in_proportion_to_its_length() -> None:
    """Every piece is looked for in its own window, not in the whole rest."""
    assert len(bounded("a" * 300_000, 300)) == 1000


def test_the_first_utterance_is_one_piece() -> None:
    assert UtterancePlanner().plan([SENTENCE] * 3, 60.0, first=True) == 1


def test_a_listener_with_little_audio_in_hand_gets_one_piece() -> None:
    assert UtterancePlanner().plan([SENTENCE] * 3, 0.5, first=False) == 1


def test_a_listener_with_much_audio_in_hand_gets_as_much_as_fits() -> None:
    assert UtterancePlanner(3 * len(SENTENCE) + 2, target_s=60).plan([SENTENCE] * 9, 60.0, first=False) == 3
    assert UtterancePlanner(3 * len(SENTENCE) + 1, target_s=60).plan([SENTENCE] * 9, 60.0, first=False) == 2


def test_the_longer_the_utterance_the_more_audio_must_be_in_hand() -> None:
    two = needed_in_hand_s(2 * speech_seconds(SENTENCE))
    planner = UtterancePlanner()
    assert planner.plan([SENTENCE] * 9, two - 0.01, first=False) == 1
    assert planner.plan([SENTENCE] * 9, two, first=False) == 2


def test_an_utterance_is_not_joined_past_its_target() -> None:
    assert UtterancePlanner(target_s=1.9 * speech_seconds(SENTENCE)).plan([SENTENCE] * 9, 60.0, first=False) == 1


def test_sentence_pauses_keep_sentences_apart() -> None:
    assert UtterancePlanner().plan([SENTENCE] * 3, 60.0, first=False, joinable=False) == 1


def test_nothing_waiting_is_no_utterance() -> None:
    assert UtterancePlanner().plan([], 60.0, first=True) == 0


@pytest.mark.parametrize(
    ("text", "least_s", "most_s"),
    [
        ("", 0, 0),
        (SENTENCE, 3, 5),
        ("今天天气很好我们去公园", 2, 3),
        ("1234567890", 2, 3),
        ("きょうはいいてんきです", 1, 2),
        ("안녕하세요", 0.5, 1.5),
    ],
)
def test_the_estimate_is_roughly_right(text: str, least_s: float, most_s: float) -> None:
    assert least_s <= speech_seconds(text) <= most_s
