"""Standard input, output and error, open as the rest of the program expects them, and no trouble when they end."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES_AND_MODES = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
_OUTPUTS = (1, 2)


@contextmanager
def standard_streams() -> Iterator[None]:
    """Open what the shell has closed (`2>&-`), and write out what is left at the end.

    Raises BrokenPipeError where the reader of standard output or error (`| head`) has gone; nothing complains at exit.
    """
    for number, (name, mode) in enumerate(_NAMES_AND_MODES):
        _open_where_closed(number, name, mode)
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
    except BrokenPipeError:
        _give_up_output()
        raise


def _open_where_closed(number: int, name: str, mode: str) -> None:
    """Put /dev/null there: otherwise the next socket or file gets the number, and a log line goes into it."""
    try:
        os.fstat(number)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, number)
        if null != number:
            os.close(null)
        else:
            os.set_inheritable(number, True)  # as children expect their standard streams
    if getattr(sys, name) is None:
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def _give_up_output() -> None:
    """Let the interpreter write what is left in its buffers to nowhere when it ends."""
    for number, stream in zip(_OUTPUTS, (sys.stdout, sys.stderr), strict=True):
        try:
            stream.flush()
        except BrokenPipeError:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, number)
            os.close(null)
            with suppress(OSError):
                stream.flush()
