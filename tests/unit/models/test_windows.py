"""How much is spoken at a time."""

from __future__ import annotations

from tests.fakes.sink import RecordingSink
from wyoming_tts.models.windows import CROWD_FRAMES, FIRST_FRAMES, MOST_FRAMES, TURN_FRAMES, TURN_S, Pace, Windows

EDGES = 24
PLENTY = 100_000


def sizes(windows: Windows, sink: RecordingSink, count: int) -> list[int]:
    return [windows.size(PLENTY, EDGES, sink) for _ in range(count)]


def test_they_begin_small_and_double_for_a_listener_with_nothing_in_hand() -> None:
    windows = Windows(Pace())
    assert sizes(windows, RecordingSink(), 5) == [16, 32, 64, 128, 192] == sizes_of_constants()


def sizes_of_constants() -> list[int]:
    return [FIRST_FRAMES, FIRST_FRAMES * 2, FIRST_FRAMES * 4, FIRST_FRAMES * 8, MOST_FRAMES]


def test_they_grow_at_once_for_one_who_has_more_in_hand_than_they_take() -> None:
    windows = Windows(Pace(frame_s=0.001))
    assert sizes(windows, RecordingSink(), 1) == [FIRST_FRAMES]
    assert sizes(windows, RecordingSink(in_hand_s=0.2), 1) == [100 - EDGES]
    assert sizes(windows, RecordingSink(in_hand_s=60.0), 1) == [MOST_FRAMES]


def test_one_who_begins_among_others_gets_enough_to_wait_for_them() -> None:
    assert sizes(Windows(Pace()), RecordingSink(alone=False), 1) == [CROWD_FRAMES]


def test_a_later_part_of_an_answer_does_not_begin_as_small_as_the_first() -> None:
    assert sizes(Windows(Pace(frame_s=0.001)), RecordingSink(in_hand_s=0.2), 1) == [100 - EDGES]
    assert sizes(Windows(Pace()), RecordingSink(in_hand_s=9.0), 1) == [FIRST_FRAMES], "nobody knows how long it takes"


def test_while_others_wait_a_window_takes_no_longer_than_a_turn() -> None:
    windows = Windows(Pace(frame_s=TURN_S / 100))
    assert sizes(windows, RecordingSink(in_hand_s=60.0, alone=False), 3) == [100 - EDGES] * 3


def test_on_a_slow_machine_others_do_not_make_windows_so_small_that_everybody_waits() -> None:
    windows = Windows(Pace(frame_s=TURN_S))
    assert sizes(windows, RecordingSink(in_hand_s=60.0, alone=False), 4)[-1] == TURN_FRAMES


def test_a_small_rest_goes_with_the_last_window() -> None:
    windows = Windows(Pace())
    assert windows.size(FIRST_FRAMES + 5, EDGES, RecordingSink()) == FIRST_FRAMES + 5
    assert windows.size(3, EDGES, RecordingSink()) == 3
    assert Windows(Pace()).size(2 * FIRST_FRAMES, EDGES, RecordingSink()) == FIRST_FRAMES


def test_the_pace_is_shared_and_learned_from_what_was_computed() -> None:
    pace = Pace()
    Windows(pace).took(40, 0.04)
    assert pace.frame_s == 0.001
    Windows(pace).took(0, 1.0)
    assert pace.frame_s == 0.001


def test_the_flow_runs_ahead_for_nobody_who_waits() -> None:
    windows = Windows(Pace())
    windows.size(PLENTY, EDGES, RecordingSink())
    assert windows.ahead(RecordingSink()) == 0, "the listener waits"
    windows.size(PLENTY, EDGES, RecordingSink())
    assert windows.ahead(RecordingSink(alone=False)) == 0
    assert windows.ahead(RecordingSink()) > 0
