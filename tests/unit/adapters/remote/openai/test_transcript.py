from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.adapters.remote.openai.transcript import Transcript


def follows(text: str, said: str) -> tuple[bool, bool]:
    """Return whether it may be the beginning, and whether it is the whole."""
    transcript = Transcript(text)
    begins = [transcript.hear(char) for char in said][-1:] != [False]
    return begins, transcript.whole


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello, world!", "hello world"),
        ("Hello, world!", "HELLO -- WORLD."),
        ("Turn the Wi-Fi on.", "Turn the WiFi on."),
        ("Café crème", "Cafe\u0301 creme"),
        ("Straße", "STRASSE"),
        ("It is 25 degrees.", "It is 25 degrees."),
        ("It is 25 degrees.", "It is twenty-five degrees."),
        ("It is twenty-five degrees.", "It is 25 degrees."),
        ("At 10:30, 5 of us.", "At half past ten, five of us."),
        ("5 % of €20", "five percent of twenty euros"),
        ("今日は、元気ですか。", "今日は元気ですか"),
        ("It is 25.", "It is twenty-five."),
    ],
)
def test_the_same_words_are_the_same_however_they_are_written(text: str, said: str) -> None:
    assert follows(text, said) == (True, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("What time is it?", "It is ten"),
        ("Turn on the light.", "Sure, I turn on the light."),
        ("Turn on the light.", "Turn on the lamp."),
        ("Good morning.", "Good morning. How can I help you?"),
        ("Hello", "Bonjour"),
    ],
)
def test_other_words_leave_the_text(text: str, said: str) -> None:
    assert follows(text, said)[0] is False


def test_other_words_behind_a_figure_are_noticed_in_the_end() -> None:
    assert follows("It is 25 degrees.", "It is twenty-five Fahrenheit.") == (True, False)
    assert follows("It is 25.", "It is late, and you should " + "really go home " * 4)[0] is False


@pytest.mark.parametrize("said", ["", "Turn", "Turn on the li"])
def test_a_part_may_be_the_beginning_and_is_not_the_whole(said: str) -> None:
    assert follows("Turn on the light.", said) == (True, False)


def test_where_it_leaves_the_text_is_known_at_once() -> None:
    transcript = Transcript("Turn on the light.")
    assert [transcript.hear(word) for word in ("Turn ", "on ", "a ", "light")] == [True, True, False, False]


@pytest.mark.parametrize("text", ["", "-- !", "..."])
def test_nothing_can_be_compared_where_there_are_no_words(text: str) -> None:
    assert Transcript(text).empty
    assert not Transcript(text).begun


@given(st.text(max_size=200), st.integers(0, 200))
def test_every_text_is_the_whole_of_itself_in_any_pieces(text: str, cut: int) -> None:
    transcript = Transcript(text)
    assert transcript.hear(text[:cut])
    assert transcript.hear(text[cut:])
    assert transcript.whole


@given(st.text("ab1%", max_size=400), st.text("ab1%", max_size=400))
def test_whatever_is_said_it_takes_no_long_time(text: str, said: str) -> None:
    transcript = Transcript(text)
    transcript.hear(said)
    assert isinstance(transcript.whole, bool)
