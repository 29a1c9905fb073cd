"""The table of every error, in Markdown, out of the tree itself: so it cannot say anything else than the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderError, TtsError

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN = "<!-- Written by script/reference out of the code; changes here are lost. -->"
END = "<!-- The end of what script/reference writes. -->"

_HEAD = ("Code", "HTTP", "What has happened", "Same voice again?", "Circuit", "Next voice?")


def with_error_table(document: str) -> str:
    """Return the document with the table between its two marks renewed. Raises ValueError where one is missing."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the document needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{error_table()}\n\n{END}{after}"


def error_table() -> str:
    """Return a row for each code of the tree, in the order of its drawing."""
    rows = [_HEAD, ("---",) * len(_HEAD), *map(_row, _classes(TtsError))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _classes(root: type[TtsError]) -> Iterator[type[TtsError]]:
    if "code" in vars(root):
        yield root
    for below in root.__subclasses__():
        if below.__module__ == root.__module__:
            yield from _classes(below)


def _row(error: type[TtsError]) -> tuple[str, ...]:
    meaning = (error.__doc__ or "").partition("\n")[0].replace("|", "\\|")
    facts = (f"`{error.code}`", str(error.http_status), meaning)
    if not issubclass(error, ProviderError):
        return (*facts, "no", "as it was", "no")
    again = "yes, before its first sound" if error.retryable else "no"
    return (*facts, again, _circuit(error), "yes" if error.fall_back else "no")


def _circuit(error: type[ProviderError]) -> str:
    if not error.trips_breaker:
        return "as it was"
    if not error.opens_at_once:
        return "opens at the second in a row"
    return "opens at once" if error.heals else "opens at once, until something changes"
