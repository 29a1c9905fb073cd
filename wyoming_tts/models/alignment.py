"""Two ways to say the same, laid side by side: the cheapest way to make one string of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BETWEEN = " "
"""Costs little to leave out or put in, and is never taken for anything else: words are said in one breath, or apart."""
_OTHER, _BREATH, _NEVER = 2, 1, 6
"""What a changed, missing or additional character costs; what a breath does; and one taken for the other."""
WIDTH = 512
"""Columns looked at beside the straight way; all of them for two shorter strings."""
_FAR = 1 << 29


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where each character of the first string went."""

    partners: tuple[int, ...]
    """Index in the second string; -1 for a character that is missing there."""
    costs: tuple[int, ...]
    """Of everything up to each place between characters: one number more than there are characters."""

    def changed(self, start: int, end: int) -> float:
        """Return how many characters of the first string's stretch are other ones in the second, more or less."""
        return (self.costs[end] - self.costs[start]) / _OTHER


def align(first: str, second: str) -> Alignment:
    """Lay the strings side by side."""
    table = _Table(first, second)
    partners, costs = [-1] * len(first), [0] * (len(first) + 1)
    row, column = len(first), len(second)
    costs[row] = table.cost(row, column)
    while row:
        cost = table.cost(row, column)
        if column and table.cost(row - 1, column - 1) + _change(first[row - 1], second[column - 1]) == cost:
            row, column = row - 1, column - 1
            partners[row] = column
        elif table.cost(row - 1, column) + _gap(first[row - 1]) == cost:
            row -= 1
        else:
            column -= 1
            continue
        costs[row] = table.cost(row, column)
    return Alignment(tuple(partners), tuple(costs))


class _Table:
    """What it costs to make the first so many characters of one string the first so many of the other."""

    def __init__(self, first: str, second: str) -> None:
        codes = np.array([ord(char) for char in second], np.int64)
        gaps = np.where(codes == ord(BETWEEN), _BREATH, _OTHER)
        put_in = np.concatenate(([0], np.cumsum(gaps))).astype(np.int32)
        self._width = min(WIDTH, len(second) + 1)
        last = len(second) + 1 - self._width
        ratio = len(second) / max(1, len(first))
        self._starts = [min(max(round(row * ratio) - self._width // 2, 0), last) for row in range(len(first) + 1)]
        self._rows: list[NDArray[np.int32]] = [put_in[: self._width]]
        for row, char in enumerate(first, 1):
            start = self._starts[row]
            above = self._above(row)  # one column more, to the left
            left_out = above[1:] + _gap(char)
            changes = np.full(self._width, _FAR, np.int32)
            changes[max(0, 1 - start) :] = _changes(char, codes[max(0, start - 1) : start + self._width - 1])
            here = np.minimum(left_out, above[:-1] + changes)
            added = put_in[start : start + self._width]
            self._rows.append((np.minimum.accumulate(here - added) + added).astype(np.int32))

    def cost(self, row: int, column: int) -> int:
        """Return the cost, or a very high one for what was not looked at."""
        place = column - self._starts[row]
        return int(self._rows[row][place]) if 0 <= place < self._width else _FAR

    def _above(self, row: int) -> NDArray[np.int32]:
        shift = self._starts[row] - self._starts[row - 1]
        above = np.full(self._width + 1, _FAR, np.int32)
        before = self._rows[row - 1]
        if shift:
            kept = before[shift - 1 :]
            above[: len(kept)] = kept
        else:
            above[1:] = before
        return above


def _gap(char: str) -> int:
    return _BREATH if char == BETWEEN else _OTHER


def _change(char: str, other: str) -> int:
    if char == other:
        return 0
    return _NEVER if BETWEEN in {char, other} else _OTHER


def _changes(char: str, codes: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return `_change` for each code."""
    if char == BETWEEN:
        return np.where(codes == ord(BETWEEN), 0, _NEVER).astype(np.int32)
    return np.where(codes == ord(char), 0, np.where(codes == ord(BETWEEN), _NEVER, _OTHER)).astype(np.int32)
