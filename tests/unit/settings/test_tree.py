from __future__ import annotations

import pytest

from wyoming_tts.settings.tree import Tree, spelt


def tree() -> Tree:
    return Tree(data={"a": {"b": [1, {"c": 2}]}, "n": None}, places={("a",): "f:1", ("a", "b", 1): "f:3"})


def test_a_path_is_spelt_as_the_owner_reads_it() -> None:
    assert spelt(("voices", 0, "chain", 2)) == "voices[0].chain[2]"
    assert spelt(()) == ""


def test_values_are_found() -> None:
    assert tree().get(("a", "b", 1, "c")) == 2
    for path in [("x",), ("a", "b", 5), ("a", "b", "c"), ("n", "x"), ("a", "b", 0, 0)]:
        with pytest.raises(LookupError):
            tree().get(path)
    assert tree().known(("a", "b", 1, "str", 4)) == ("a", "b", 1)


def test_a_place_is_that_of_the_nearest_value_above() -> None:
    assert tree().place(("a", "b", 1, "c")) == "f:3"
    assert tree().place(("a", "b", 0)) == "f:1"
    assert tree().place(("z",)) == ""
    assert tree().written(("a", "b"))
    assert not tree().written(("n",))


def test_putting_a_value_forgets_what_was_known_of_the_old_one() -> None:
    changed = tree()
    changed.texts["a", "b", 0] = "1"
    changed.hidden.add(("a", "b"))
    changed.put(("a", "b"), {"x": [0]}, place="variable", texts={("a", "b", "x", 0): "00"})
    assert changed.get(("a", "b")) == {"x": [0]}
    assert changed.place(("a", "b", "x", 0)) == "variable"
    assert changed.place(("a",)) == "f:1"
    assert changed.texts == {("a", "b", "x", 0): "00"}
    assert changed.hidden == set()


def test_keys_are_made_on_the_way_but_nothing_is_overrun() -> None:
    changed = tree()
    changed.put(("n", "m", "k"), 1, place="v")
    assert changed.get(("n", "m")) == {"k": 1}
    with pytest.raises(LookupError):
        changed.put(("a", "b", "k"), 1, place="v")


def test_what_stands_round_a_problem_is_broken() -> None:
    changed = tree()
    changed.report(("a", "b"), "is wrong")
    assert changed.problems[0].place == "f:1"
    assert [changed.broken(path) for path in [("a",), ("a", "b", 1), ("a", "c"), ("n",)]] == [True, True, False, False]


def test_a_value_put_under_a_key_takes_along_what_is_known_of_it() -> None:
    changed = tree()
    changed.texts["a", "b", 0] = "01"
    changed.hidden.add(("a", "b", 0))
    changed.report(("a", "b", 1), "is wrong")
    changed.nest(("a", "b"), "k")
    assert changed.get(("a", "b")) == {"k": [1, {"c": 2}]}
    assert changed.place(("a", "b", "k", 1)) == "f:3"
    assert changed.texts == {("a", "b", "k", 0): "01"}
    assert changed.hidden == {("a", "b", "k", 0)}
    assert changed.problems[0].path == ("a", "b", "k", 1)
