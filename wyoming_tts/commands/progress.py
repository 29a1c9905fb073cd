"""How far a download is, for people and for logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

BAR_CHARS = 24
STEP_PERCENT = 10
"""Between two lines where the output is no terminal."""


class ProgressLine:
    """One line that fills up on a terminal; elsewhere a line every few percent."""

    def __init__(self, out: TextIO, name: str, total_bytes: int) -> None:
        self._out = out
        self._name = name
        self._total_bytes = total_bytes
        self._terminal = out.isatty()
        self._shown = -1
        """Percent last written."""

    def update(self, size_bytes: int) -> None:
        """Show that so much is here; cheap where nothing visible has changed."""
        percent = min(100, 100 * size_bytes // self._total_bytes)
        if not self._terminal:
            percent -= percent % STEP_PERCENT
        if percent == self._shown:
            return
        self._shown = percent
        self._out.write(self._bar(percent) if self._terminal else f"{self._name}: {percent} %\n")
        self._out.flush()

    def close(self) -> None:
        """Leave the line, so that what follows begins on one of its own."""
        if self._terminal and self._shown >= 0:
            self._out.write("\n")

    def _bar(self, percent: int) -> str:
        full = BAR_CHARS * percent // 100
        return f"\r{self._name}  [{'#' * full}{'.' * (BAR_CHARS - full)}] {percent:3d} % of {size(self._total_bytes)}"


def size(size_bytes: int) -> str:
    """Return a size as people read it."""
    return f"{size_bytes / 1e6:.0f} MB" if size_bytes >= 10**6 else f"{size_bytes / 1e3:.0f} kB"
