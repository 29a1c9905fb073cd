"""Ratios of what was measured in pairs."""

from __future__ import annotations

import pytest

from benchmarks.side_by_side.pairs import Pairs


def test_each_pair_has_its_own_ratio() -> None:
    # The machine was three times as slow in the last pair, which changes nothing.
    found = Pairs.of([1.0, 2.0, 9.0], [2.0, 4.0, 18.0])
    assert (found.lower, found.median, found.upper) == (0.5, 0.5, 0.5)


def test_the_quartiles_show_how_much_they_differ() -> None:
    assert str(Pairs.of([1, 2, 3, 4, 5], [10] * 5)) == "0.30 (0.20-0.40)"


@pytest.mark.parametrize(("ours", "theirs"), [([], []), ([1.0], [1.0, 2.0])])
def test_a_missing_half_is_an_error(ours: list[float], theirs: list[float]) -> None:
    with pytest.raises(ValueError, match=r"nothing to compare|shorter|longer"):
        Pairs.of(ours, theirs)
