"""The tables, made from little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.capacity.cost import Cost
from benchmarks.capacity.demand import Demand
from benchmarks.capacity.order import Guarded
from benchmarks.capacity.plot import draw
from benchmarks.capacity.tables import Model, Point, burst_table, figures, load_table, place_table, points

if TYPE_CHECKING:
    from pathlib import Path

MODEL = Model(Cost(), Demand(), Guarded, cores=2, answers=100, seed=1)


def test_every_second_load_is_a_row_and_a_dot_and_the_same_numbers_are_the_same_picture(tmp_path: Path) -> None:
    found = points(MODEL, Guarded, (0.1, 0.3))
    assert len(load_table(found).splitlines()) == 2 + len(found) // 2
    for name in ("one.png", "two.png"):
        draw({"earliest due": found, "fixed guard": found, "the worker's": found}, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_the_formula_is_not_held_to_a_load_that_nobody_should_have() -> None:
    heard = MODEL.heard(100)
    exact = tuple(heard.first_audio(share) for share in (0.5, 0.95, 0.99))
    light = Point(100, heard, exact, heard.utilisation)
    overloaded = Point(900, heard, (9.0, 9.0, 9.0), 0.9)
    assert all(figure.holds for figure in figures([light, overloaded]))
    assert not all(figure.holds for figure in figures([light, Point(100, heard, (9.0, 9.0, 9.0), 0.5)]))


def test_ten_at_once_in_both_orders() -> None:
    assert len(burst_table(MODEL).splitlines()) == 2 + 3 * 3


def test_a_city_needs_as_many_machines_as_its_rooms_fill() -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in place_table(MODEL, 500).splitlines()]
    assert rows[-1][-2] == "2,000"
