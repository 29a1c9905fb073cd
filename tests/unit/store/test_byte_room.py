"""Bytes that many take from."""

from wyoming_tts.store.byte_room import ByteRoom


def test_never_more_than_there_is() -> None:
    room = ByteRoom(10)
    assert room.take(6)
    assert not room.take(5)
    assert room.take(4)
    room.give_back(6)
    assert (room.taken, room.take(6), room.take(1)) == (4, True, False)
