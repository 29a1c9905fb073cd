"""Whether a listener who plays at once would have run dry."""

from __future__ import annotations

import pytest

from benchmarks.side_by_side.heard import Heard


def heard(*chunks: tuple[float, float]) -> Heard:
    return Heard(0.0, chunks, chunks[-1][0])


def test_audio_that_comes_in_time_never_runs_dry() -> None:
    answer = heard((0.2, 1.0), (0.9, 0.5), (1.7, 1.0))
    assert answer.dry_s() == pytest.approx(0)
    assert answer.underruns() == 0
    assert answer.audio_s == 2.5


def test_playback_waits_for_what_is_late_and_is_later_from_then_on() -> None:
    # It plays 0.2 to 1.2, waits until 1.5, plays to 2.0, and waits again from 2.0 to 2.1: not from 1.7 on.
    answer = heard((0.2, 1.0), (1.5, 0.5), (2.1, 1.0))
    assert answer.dry_s() == pytest.approx(0.4)
    assert answer.underruns() == 2


def test_what_came_ahead_is_played_in_a_pause() -> None:
    assert heard((0.1, 0.1), (0.15, 5.0), (5.1, 1.0)).dry_s() == pytest.approx(0)


def test_a_wait_that_nobody_hears_is_time_but_no_underrun() -> None:
    answer = heard((0.0, 1.0), (1.004, 1.0))
    assert answer.dry_s() == pytest.approx(0.004)
    assert answer.underruns() == 0


def test_first_audio_before_the_sentence_ends_is_below_zero() -> None:
    assert Heard(0.0, ((0.7, 1.0),), 3.0, sentence_sent_s=1.0).after_sentence_s == pytest.approx(-0.3)


def test_the_curve_goes_up_where_a_chunk_comes() -> None:
    assert heard((0.2, 1.0), (0.5, 2.0)).curve() == ([0.0, 0.2, 0.2, 0.5, 0.5], [0.0, 0.0, 1.0, 1.0, 3.0])
