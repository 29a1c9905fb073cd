"""When a benchmark fails, and where its table goes."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from benchmarks.report import Figure, Report, replaced

if TYPE_CHECKING:
    from collections.abc import Sequence

HOLDS = Figure("first audio", 4.2, 5, "ms")
FAILS = Figure("memory", 6, 5, "MB")


def report(figures: Sequence[Figure]) -> Report:
    return Report("name", ("what", "ms"), [("a", "1.0")], figures)


@pytest.mark.parametrize(
    ("figures", "check", "code"),
    [([HOLDS], True, 0), ([HOLDS, FAILS], True, 1), ([HOLDS, FAILS], False, 0)],
)
def test_exit_code(figures: list[Figure], check: bool, code: int) -> None:  # noqa: FBT001 - a parameter of the test
    assert report(figures).finish(Namespace(check=check, write=False)) == code


def test_a_figure_says_what_was_measured_and_promised() -> None:
    assert str(HOLDS) == "holds: first audio: 4.2 ms (at most 5 ms)"
    assert str(FAILS).startswith("FAILS: memory: 6 MB")


def test_a_figure_at_its_limit_holds() -> None:
    assert Figure("threads", 0, 0, "threads").holds


def test_only_the_benchmark_s_own_place_changes() -> None:
    document = "a\n<!-- one -->\nold\n<!-- /one -->\nb\n<!-- two -->\nkept\n<!-- /two -->\n"
    changed = replaced(document, "one", r"new \1")
    assert changed == document.replace("old", r"new \1")


def test_a_document_without_the_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for three"):
        replaced("text", "three", "new")


@pytest.mark.parametrize(("measured", "holds"), [(0.94, False), (0.95, True), (2, True)])
def test_a_figure_that_is_to_be_high(measured: float, holds: bool) -> None:  # noqa: FBT001 - a parameter of the test
    figure = Figure("audio", measured, 0.95, "times", at_least=True)
    assert figure.holds is holds
    assert str(figure).endswith("(at least 0.95 times)")
