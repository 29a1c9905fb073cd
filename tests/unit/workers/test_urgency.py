"""Whose step is next: by exact orders, and by what many rooms would hear of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.timed_engine import Listener, play, rooms, work_s
from wyoming_tts.workers.urgency import STARVES_S, Urgency

NOW = 100.0


@dataclass(slots=True, eq=False)
class Wish:
    name: str
    arrived_at: float = NOW
    due_at: float = NOW
    newcomer: bool = False


def speaker(name: str, in_hand_s: float) -> Wish:
    return Wish(name, due_at=NOW + in_hand_s)


def newcomer(name: str, waited_s: float = 0.0) -> Wish:
    return Wish(name, NOW - waited_s, NOW - waited_s, newcomer=True)


def order(wishes: list[Wish], urgency: Urgency) -> list[str]:
    """Return the names as they are served while time stands still."""
    left, names = list(wishes), []
    while left:
        left.remove(first := urgency.first(left, NOW))
        names.append(first.name)
    return names


def engine(cost: float, step_s: float = 0.04) -> Urgency:
    """Return one that has seen steps of this length, at `cost` seconds for a second of audio."""
    urgency = Urgency()
    for _ in range(24):
        urgency.stepped(step_s, step_s / cost)
    return urgency


def test_the_three_classes_go_in_turn() -> None:
    wishes = [
        speaker("far", 5.0),
        newcomer("new"),
        speaker("dry", -0.1),
        speaker("nearly dry", 0.01),
        speaker("less far", 4.0),
        newcomer("first come", 0.2),
    ]
    assert order(wishes, engine(0.05)) == ["dry", "nearly dry", "first come", "new", "less far", "far"]


def test_of_equals_the_one_that_stands_first_goes() -> None:
    wishes = [newcomer("a"), newcomer("b"), speaker("c", 4.0), speaker("d", 4.0)]
    assert order(wishes, engine(0.05)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("others", "goes"), [(1, "new"), (5, "new"), (17, "speaker 0")])
def test_the_nearer_the_engine_is_to_its_limit_the_longer_a_newcomer_waits(others: int, goes: str) -> None:
    speakers = [speaker(f"speaker {number}", 0.4 + number / 100) for number in range(others)]
    assert order([newcomer("new"), *speakers], engine(0.05))[0] == goes


def test_whoever_is_far_ahead_does_not_count_as_speaking() -> None:
    speakers = [speaker(f"speaker {number}", 0.4 if number == 0 else 3.0) for number in range(17)]
    assert order([newcomer("new"), *speakers], engine(0.05))[0] == "new"


def test_nobody_runs_dry_during_a_newcomers_slow_step() -> None:
    wishes = [newcomer("new"), speaker("one", 0.5)]
    assert order(wishes, engine(0.05, step_s=0.04))[0] == "new"
    assert order(wishes, engine(0.05, step_s=0.6))[0] == "one"


def test_a_step_that_loaded_a_voice_makes_nobody_wait() -> None:
    urgency = engine(0.05)
    urgency.stepped(2.0, 0.3)
    assert order([newcomer("new"), *(speaker(f"speaker {number}", 0.4) for number in range(5))], urgency)[0] == "new"


def test_a_newcomer_who_has_waited_long_takes_turns_with_those_who_are_dry() -> None:
    late_s = 0.5
    waiting = newcomer("new", STARVES_S + late_s)
    wishes = [speaker("dry longer", -late_s - 0.1), waiting, speaker("dry", -late_s + 0.1), newcomer("just come")]
    assert order(wishes, engine(0.05)) == ["dry longer", "new", "dry", "just come"]


@given(
    costs_s=st.lists(st.sampled_from([0.01, 0.1, 0.5]), min_size=1, max_size=8),
    gains_s=st.lists(st.sampled_from([0.05, 0.3, 4.0]), min_size=1, max_size=8),
    arrivals_s=st.lists(st.floats(0.0, 10.0), min_size=1, max_size=12),
)
def test_everybody_gets_a_turn_whatever_the_load(
    costs_s: list[float], gains_s: list[float], arrivals_s: list[float]
) -> None:
    """Nobody is later than his moment by more than one step of everybody else and the one under way."""
    urgency, now = Urgency(), 0.0
    wishes = [Wish(str(n), at_s, at_s, newcomer=True) for n, at_s in enumerate(arrivals_s)]
    for number in range(150):
        came = [wish for wish in wishes if wish.arrived_at <= now]
        if not came:
            now = min(wish.arrived_at for wish in wishes)
            continue
        wish = urgency.first(came, now)
        moment = wish.arrived_at + STARVES_S if wish.newcomer else wish.due_at
        assert now - moment <= len(wishes) * max(costs_s)
        took_s, gained_s = costs_s[number % len(costs_s)], gains_s[number % len(gains_s)]
        now += took_s
        urgency.stepped(took_s, gained_s)
        wish.newcomer, wish.due_at = False, max(wish.due_at, now) + gained_s


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_near_the_limit_those_who_speak_do_not_run_dry(seed: int) -> None:
    heard = play(rooms(0.9, 120, seed), Urgency(), patience_s=1.5)
    assert sum(listener.left for listener in heard) <= len(heard) / 25
    assert sum(listener.paused_s > 0.05 for listener in heard) <= len(heard) / 100
    assert max(listener.paused_s for listener in heard) < 0.2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_beyond_the_limit_newcomers_go_elsewhere_and_those_who_speak_go_on(seed: int) -> None:
    heard = [listener for listener in play(rooms(1.3, 120, seed), Urgency(), patience_s=1.5) if not listener.left]
    assert sum(listener.paused_s > 0.05 for listener in heard) <= len(heard) / 50
    assert max(listener.paused_s for listener in heard) < 0.5


def test_with_time_to_spare_a_newcomer_waits_for_one_step() -> None:
    heard = play(rooms(0.3, 300, 1), Urgency())
    waits = sorted(listener.waited_steps for listener in heard)
    assert waits[len(waits) * 9 // 10] <= 1
    assert max(listener.paused_s for listener in heard) == 0.0


def test_one_long_text_holds_nobody_up_for_more_than_a_step() -> None:
    long_text = [Listener(0.0, 14.0, due_in_s=14.0 * part) for part in range(25)]  # 5,000 characters, all at once
    others = [Listener(0.5 + 0.37 * number, 4.0) for number in range(30)]
    heard = play([*long_text, *others], Urgency())
    assert max(listener.waited_steps for listener in heard if listener not in long_text) == 0
    assert max(listener.paused_s for listener in heard) == 0.0


def test_eight_who_come_at_once_are_all_heard_and_none_of_them_pauses() -> None:
    heard = play([Listener(0.0, 4.3) for _ in range(8)], Urgency())
    assert max(listener.first_s or 9.0 for listener in heard) < 3 * 8 * work_s(0.3)
    assert max(listener.paused_s for listener in heard) == 0.0
