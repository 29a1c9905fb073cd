"""Bytes in, in any pieces; what is skipped is never held."""

from wyoming_tts.audio.codecs.inbox import Inbox


def test_what_was_put_in_comes_out() -> None:
    inbox = Inbox()
    inbox.put(b"abc")
    inbox.put(b"def")
    assert (inbox.peek(2), inbox.peek(9, start=4), len(inbox)) == (b"ab", b"ef", 6)
    assert (inbox.take(4), inbox.take(9), inbox.take(1)) == (b"abcd", b"ef", b"")
    assert inbox.seen_bytes == 6


def test_a_skip_reaches_into_what_has_not_come() -> None:
    inbox = Inbox()
    inbox.put(b"abc")
    inbox.skip(5)
    assert len(inbox) == 0
    inbox.put(b"d")
    assert len(inbox) == 0
    inbox.skip(1)
    inbox.put(b"efg")
    assert inbox.take(9) == b"g"


def test_a_pattern_is_found_from_a_place_on() -> None:
    inbox = Inbox()
    inbox.put(b"ababa")
    assert (inbox.find(b"ab", 1), inbox.find(b"ab", 3)) == (2, -1)
