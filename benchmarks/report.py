"""What a benchmark found: its table, and whether the figures that were promised hold."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import table

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

DOCUMENT = Path("docs/performance.md")


@dataclass(frozen=True, slots=True)
class Figure:
    """Something promised: what was measured must not be above the limit, or not below it."""

    what: str
    measured: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "FAILS"
        bound = "at least" if self.at_least else "at most"
        return f"{verdict}: {self.what}: {self.measured:.3g} {self.unit} ({bound} {self.limit:g} {self.unit})"


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one run of one benchmark."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: Sequence[Figure]

    def __str__(self) -> str:
        load_1min = os.getloadavg()[0]
        where = f"{os.cpu_count()} cores, load {load_1min:.1f} at the end, Python {platform.python_version()}"
        return "\n".join([table(self.header, self.rows), "", *(f"- {figure}" for figure in self.figures), f"- {where}"])

    def finish(self, options: Namespace) -> int:
        """Print it, put it into the document with `--write`, and return the exit code."""
        print(self)
        if options.write:
            DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8"), self.name, str(self)), encoding="utf-8")
        return int(options.check and not all(figure.holds for figure in self.figures))


def replaced(document: str, name: str, text: str) -> str:
    """Return the document with `text` between the marks of the benchmark; raises ValueError where it has none."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    marked = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    changed, count = marked.subn(lambda _: f"{begin}\n{text}\n{end}", document)
    if not count:
        raise ValueError(f"the document has no place for {name}")
    return changed
