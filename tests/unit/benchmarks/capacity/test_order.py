"""Whose step is next in the simulation."""

from __future__ import annotations

from benchmarks.capacity.order import EarliestDue, Guarded, orders
from benchmarks.capacity.simulation import Talk


def claim(number: int, due_at: float, *, newcomer: bool) -> Talk:
    return Talk(number, number, 0.0, [30], due_at, newcomer=newcomer)


def test_the_earliest_due_goes_first_and_the_earlier_of_two_equals() -> None:
    speaking, newcomer = claim(0, 9.0, newcomer=False), claim(1, 5.0, newcomer=True)
    assert EarliestDue().first([speaking, newcomer], 5.0) is newcomer
    assert EarliestDue().first([newcomer, equal := claim(0, 5.0, newcomer=True)], 5.0) is equal


def test_who_is_about_to_run_dry_goes_before_a_newcomer_and_who_is_not_behind() -> None:
    newcomer = claim(2, 5.0, newcomer=True)
    assert Guarded().first([newcomer, soon := claim(0, 5.3, newcomer=False)], 5.0) is soon
    assert Guarded().first([claim(0, 5.5, newcomer=False), newcomer], 5.0) is newcomer


def test_newcomers_go_by_their_coming() -> None:
    assert Guarded().first([claim(3, 5.1, newcomer=True), earlier := claim(2, 5.0, newcomer=True)], 6.0) is earlier


def test_the_worker_s_rule_is_the_last_and_takes_what_the_simulation_asks() -> None:
    *_, rule = orders().values()
    order = rule()
    order.stepped(0.05, 0.2)
    newcomer, ahead = claim(1, 5.0, newcomer=True), claim(0, 20.0, newcomer=False)
    assert order.first([ahead, newcomer], 5.0) is newcomer
