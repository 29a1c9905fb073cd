"""Whose step is next in the simulation."""

from __future__ import annotations

from benchmarks.capacity.order import earliest_due, guarded
from benchmarks.capacity.simulation import Talk


def waiting(number: int, due_at: float, *, speaking: bool) -> Talk:
    return Talk(number, number, 0.0, [30], due_at, speaking=speaking)


def test_the_earliest_due_goes_first_and_the_earlier_of_two_equals() -> None:
    assert earliest_due([waiting(0, 9.0, speaking=True), waiting(1, 5.0, speaking=False)], 5.0) == 1
    assert earliest_due([waiting(1, 5.0, speaking=True), waiting(0, 5.0, speaking=False)], 5.0) == 1


def test_who_is_about_to_run_dry_goes_before_a_newcomer_and_who_is_not_behind() -> None:
    newcomer = waiting(2, 5.0, speaking=False)
    assert guarded([newcomer, waiting(0, 5.3, speaking=True)], 5.0) == 1
    assert guarded([newcomer, waiting(0, 5.5, speaking=True)], 5.0) == 0


def test_newcomers_go_by_their_coming() -> None:
    assert guarded([waiting(3, 5.1, speaking=False), waiting(2, 5.0, speaking=False)], 6.0) == 1
