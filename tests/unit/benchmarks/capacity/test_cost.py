"""What an utterance costs, step by step."""

from __future__ import annotations

import pytest

from benchmarks.capacity.cost import FIRST_S, Cost, utterances

COST = Cost()


def test_one_window_over_everything_costs_what_the_whole_does() -> None:
    whole = COST.window_step_s(0.0, COST.audio_s, COST.audio_s)
    assert whole == pytest.approx(COST.flow_s + COST.decoder_s + COST.window_fixed_s + COST.audio_s * COST.server_s)


def test_a_window_in_the_middle_pays_for_context_on_both_sides() -> None:
    middle, edge = COST.window_step_s(5.0, 6.0, 11.5), COST.window_step_s(0.0, 1.0, 11.5)
    context_s = (32 * COST.flow_s + 10 * COST.decoder_s) * 256 / 22_050 / COST.audio_s
    assert middle - edge == pytest.approx(context_s)


def test_windows_grow_and_stay_within_a_step_while_others_wait() -> None:
    made_s, window_s, windows = 0.0, 0.0, []
    while made_s < 20.0:
        window_s = COST.window_s(window_s, 0.0, alone=False)
        windows.append(window_s)
        made_s += window_s
    assert windows[0] == FIRST_S
    assert windows == sorted(windows)
    assert COST.window_step_s(5.0, 5.0 + windows[-1], 100.0) == pytest.approx(COST.longest_step_s)


@pytest.mark.parametrize("in_hand_s", [0.2, 0.5, 2.0])
def test_alone_a_window_is_long_but_done_long_before_the_listener_runs_dry(in_hand_s: float) -> None:
    alone, shared = (COST.window_s(FIRST_S, in_hand_s, alone=alone) for alone in (True, False))
    assert alone >= shared
    work_s = COST.window_step_s(5.0, 5.0 + alone, 100.0)
    assert work_s == pytest.approx(min(in_hand_s / 2, COST.longest_alone_s))


def test_a_slower_machine_takes_longer_for_everything_and_as_long_for_the_longest_step() -> None:
    slow = COST.scaled(2)
    assert slow.text_step_s(100) == pytest.approx(2 * COST.text_step_s(100))
    assert slow.window_step_s(0, 1, 9) == pytest.approx(2 * COST.window_step_s(0, 1, 9))
    assert slow.longest_step_s == COST.longest_step_s
    assert slow.speech_s(50) == COST.speech_s(50)


@pytest.mark.parametrize(("chars", "lengths"), [(30, [30]), (100, [100]), (250, [100, 150]), (501, [100, 200, 200, 1])])
def test_an_answer_is_parted_as_the_server_does_it(chars: int, lengths: list[int]) -> None:
    assert utterances(chars) == lengths
