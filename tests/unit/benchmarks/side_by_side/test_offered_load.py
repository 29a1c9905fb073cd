"""Moments of chance, with exactly the load that is wanted."""

from __future__ import annotations

from benchmarks.side_by_side.scenarios.offered_load import poisson


def test_so_many_calls_come_within_their_time_in_order() -> None:
    calls = poisson(40, 2.0, seed="a")
    moments = [call.at_s for call in calls]
    assert len(calls) == 40
    assert moments == sorted(moments)
    assert moments[0] >= 0
    assert moments[-1] <= 20.0


def test_the_texts_differ_and_do_not_depend_on_the_rate() -> None:
    slow, fast = (poisson(10, rate, seed="a") for rate in (1.0, 5.0))
    assert len({call.text for call in slow}) == 10
    assert [call.text for call in slow] == [call.text for call in fast]
