"""What must not leave this machine."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.house_parts import request
from wyoming_tts.synthesis.routing.privacy import LOOKED_BACK_CHARS, PrivacyRules

DOOR = ("(?i)door code",)
KIDS = PrivacyRules(voices=["Kids", "piper/amy", "lessac", "espeak/en-us+f3"])
HOME = PrivacyRules(networks=["192.168.1.0/24", "fd00::/8", "fe80::1"])


@pytest.mark.parametrize(
    ("asked", "resolved", "private"),
    [
        ("kids", "", True),
        (None, "KIDS", True),
        ("amy", "piper/amy", True),
        ("Piper/Amy#4", "", True),
        ("piper/lessac", "", True),
        ("piper/lessac#3", "", True),
        ("espeak/en-us+f3", "", True),
        ("espeak/en-us", "", False),
        ("piper/joe", "piper/joe", False),
        (None, "", False),
    ],
)
def test_voices_are_private_by_the_name_that_was_sent_or_found(
    asked: str | None, resolved: str, *, private: bool
) -> None:
    assert KIDS.is_private_request(request(voice=asked), resolved) is private


@pytest.mark.parametrize(
    ("client", "private"),
    [
        ("192.168.1.40", True),
        ("::ffff:192.168.1.40", True),
        ("192.168.2.40", False),
        ("fd12::1", True),
        ("fe80::1%eth0", True),
        ("", False),
        ("kitchen", False),
    ],
)
def test_clients_are_private_by_their_network(client: str, *, private: bool) -> None:
    assert HOME.is_private_request(request(client=client)) is private


def test_a_text_is_private_from_the_first_match_on() -> None:
    text = PrivacyRules(DOOR).text()
    assert [text.feed(piece) for piece in ("The front do", "or ", "Co", "de is", " 1234.")] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert text.private


@given(st.text("door ", max_size=20), st.integers(1, 12))
def test_a_match_is_found_in_any_chunking(around: str, size: int) -> None:
    said = around + "door code" + around
    text = PrivacyRules(DOOR).text()
    for start in range(0, len(said), size):
        text.feed(said[start : start + size])
    assert text.private


def test_a_match_is_found_wherever_in_a_long_text_and_however_long() -> None:
    for before in (0, LOOKED_BACK_CHARS - 3, 3 * LOOKED_BACK_CHARS):
        assert PrivacyRules(DOOR).text().feed("x" * before + "door code" + "x" * 100_000)
    spread = PrivacyRules(["door(?s:.*)code"]).text()
    spread.feed("door" + "x" * (LOOKED_BACK_CHARS - 4))
    assert spread.feed("code")


def test_what_is_kept_of_a_text_is_bounded() -> None:
    text = PrivacyRules(DOOR).text()
    for _ in range(10):
        assert not text.feed("x" * 15_000)
    assert len(text._tail) == LOOKED_BACK_CHARS


def test_nothing_is_kept_of_a_text_where_there_is_no_rule() -> None:
    text = PrivacyRules().text()
    assert not text.feed("door code")
    assert text._tail == ""


def test_a_pattern_that_takes_too_long_counts_as_a_match() -> None:
    text = PrivacyRules([r"(a+)+\d"]).text()
    began = perf_counter()
    assert text.feed("a" * 5_000)
    assert perf_counter() - began < 5
