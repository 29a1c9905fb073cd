"""The index of speech on the disk: order, room, age, pins, and what the table is told."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from wyoming_tts.store import speech_index
from wyoming_tts.store.speech_index import Entry, SpeechIndex


def index(*names: bytes) -> SpeechIndex:
    one = SpeechIndex()
    for at, name in enumerate(names):
        one.add(name, Entry(10, float(at), float(at)))
    return one


def test_room_is_made_by_what_was_not_heard_for_the_longest() -> None:
    one = index(b"a", b"b", b"c")
    one.use(b"a", 7.0)
    assert one.make_room(10, 40) == []
    assert one.make_room(10, 35) == [b"b"]
    assert (one.bytes, set(one.keys())) == (20, {b"a", b"c"})
    assert one.make_room(35, 35) == [b"c", b"a"]
    assert one.bytes == 0


def test_the_pinned_stay_whatever_is_wanted() -> None:
    one = index(b"a", b"b", b"c")
    one.pin([b"a", b"x"])
    assert one.make_room(100, 5) == [b"b", b"c"]
    assert one.drop_old(99.0) == []
    one.pin([])
    assert one.drop_old(99.0) == [b"a"]


def test_the_old_go() -> None:
    one = index(b"a", b"b", b"c")
    one.use(b"a", 99.0)
    assert set(one.drop_old(1.0)) == {b"a", b"b"}, "by when they were made, and not by when they were heard"


def test_the_table_learns_of_every_change_and_the_next_start_of_the_table() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(speech_index.SCHEMA)
        one = index(b"a", b"b", b"c", b"d")
        one.pin([b"b"])
        speech_index.save(connection, one.take_unsaved(), one.pinned)
        assert not one.take_unsaved()
        one.drop(b"a")
        one.use(b"b", 50.0)
        one.drop(b"c")
        one.add(b"c", Entry(20, 8.0, 9.0))
        one.pin([b"d"])
        speech_index.save(connection, one.take_unsaved(), one.pinned)
        again = SpeechIndex()
        again.load(speech_index.select(connection))
    assert (set(again.keys()), again.bytes, set(again.pinned)) == ({b"b", b"c", b"d"}, 40, {b"d"})
    assert again.get(b"c") == Entry(20, 8.0, 9.0)
    assert again.make_room(0, 20) == [b"c"], "d is pinned, and b was heard last"
    assert again.take_unsaved()


def test_what_is_taken_up_after_it_was_pinned_is_pinned_in_the_table() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(speech_index.SCHEMA)
        one = index()
        one.pin([b"a"])
        speech_index.save(connection, one.take_unsaved(), one.pinned)
        one.add(b"a", Entry(10, 1.0, 1.0))
        speech_index.save(connection, one.take_unsaved(), one.pinned)
        again = SpeechIndex()
        again.load(speech_index.select(connection))
    assert set(again.pinned) == {b"a"}


def test_pinning_the_same_again_is_no_news() -> None:
    one = index()
    one.pin([b"a"])
    one.take_unsaved()
    one.pin({b"a"})
    assert not one.take_unsaved()
