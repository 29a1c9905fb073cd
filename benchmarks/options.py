"""The flags that all benchmarks share."""

from __future__ import annotations

import argparse
from pathlib import Path


def parser(description: str | None, *, count: int, seconds: float) -> argparse.ArgumentParser:
    """Return a parser with the common flags; it ends after `count` measurements or `seconds`, whichever is first."""
    made = parser_of(description)
    made.add_argument("--count", type=int, default=count, help="measurements of each kind")
    made.add_argument("--seconds", type=float, default=seconds, help="at most, for each row of the table")
    return made


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the flags of those that decide for themselves how often they measure."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument(
        "--check", action=argparse.BooleanOptionalAction, default=True, help="exit with 1 where a stated figure fails"
    )
    made.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    return made


def add_voice_dir(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--voice-dir",
        type=Path,
        metavar="DIR",
        help="a folder with a Piper voice of medium quality; without it a tiny one of about its cost is made",
    )
