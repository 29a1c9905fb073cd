"""The statistics that the benchmarks quote."""

from __future__ import annotations

import os

import pytest

from benchmarks.measure import Summary, percentile, table, tree_rss


@pytest.mark.parametrize(("share", "expected"), [(0, 1), (0.25, 2), (0.5, 3), (0.95, 4.8), (1, 5)])
def test_percentile_lies_straight_between_neighbours(share: float, expected: float) -> None:
    assert percentile([5, 1, 4, 2, 3], share) == pytest.approx(expected)


def test_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 0.95) == 7.0


def test_percentile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_summary_of_seconds_in_milliseconds() -> None:
    found = Summary.of([0.001, 0.002, 0.003, 0.004, 0.1])
    assert (found.count, found.median, found.worst) == (5, 0.003, 0.1)
    assert found.spread == pytest.approx(0.002)
    assert found.in_ms() == ("5", "3.0", "80.8", "2.0", "100.0")


def test_table_is_aligned_markdown() -> None:
    assert table(("what", "ms"), [("a", "1.0"), ("longer", "10.5")]).splitlines() == [
        "| what   |   ms |",
        "|:-------|-----:|",
        "| a      |  1.0 |",
        "| longer | 10.5 |",
    ]


def test_the_memory_of_a_process_tree_is_at_least_that_of_its_root() -> None:
    assert tree_rss(os.getpid()) > 1_000_000
