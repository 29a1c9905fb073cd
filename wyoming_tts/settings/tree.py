"""The settings as they were written, before anything is known about what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import NoReturn

KeyPath = tuple[str | int, ...]
"""The way to a value: keys, and positions in lists."""


def spelt(path: KeyPath) -> str:
    """Return the way as the owner reads it, `voices[0].name`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def paths(value: object, path: KeyPath) -> Iterator[KeyPath]:
    """Yield the path of a value and of everything below it."""
    yield path
    if isinstance(value, dict):
        for key, below in value.items():
            yield from paths(below, (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, below in enumerate(value):
            yield from paths(below, (*path, index))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    path: KeyPath
    sentence: str
    place: str


@dataclass(slots=True)
class Tree:
    """Plain values with what is known about each: where it was written, and as what."""

    data: dict[str, object] = field(default_factory=dict)
    places: dict[KeyPath, str] = field(default_factory=dict)
    """`file:line`, or the variable or flag; those that come from a default have none."""
    texts: dict[KeyPath, str] = field(default_factory=dict)
    """Words as written, where their value may have become something else than text."""
    hidden: set[KeyPath] = field(default_factory=set)
    """Values that are never to be shown."""
    secrets: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    """Places that name their value by themselves, `--uri`: its key need not be told."""
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: KeyPath, sentence: str, *, place: str | None = None) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(path, sentence, place if place is not None else self.place(path)))

    def broken(self, path: KeyPath) -> bool:
        """Whether a problem was noted at this value, above it or below it."""
        return any(p.path[: len(path)] == path or path[: len(p.path)] == p.path for p in self.problems if p.path)

    def place(self, path: KeyPath) -> str:
        """Return where a value was written, or the nearest value above it."""
        for length in range(len(path), 0, -1):
            if place := self.places.get(path[:length]):
                return place
        return ""

    def written(self, path: KeyPath) -> bool:
        """Whether anybody wrote this value or one below it, as opposed to a default."""
        return any(known[: len(path)] == path for known in self.places)

    def get(self, path: KeyPath) -> object:
        """Return the value. Raises LookupError where there is none."""
        value: Any = self.data
        for part in path:
            keyed = isinstance(value, dict) or (isinstance(value, list) and isinstance(part, int))
            value = value[part] if keyed else _nothing_below(part)
        return value

    def put(self, path: KeyPath, value: object, *, place: str, texts: Mapping[KeyPath, str] | None = None) -> None:
        """Set a value under mappings, making those that are missing. Raises LookupError where something else is."""
        target: dict[Any, Any] = self.data
        for part in path[:-1]:
            if target.get(part) is None:
                target[part] = {}
            target = target[part] if isinstance(target[part], dict) else _nothing_below(part)
        self._forget(path)
        target[path[-1]] = value
        self.places.update(dict.fromkeys(paths(value, path), place))
        self.texts.update(texts or {})

    def nest(self, path: KeyPath, key: str) -> None:
        """Put the value there under a key of its own; what is known of it goes along. Raises LookupError for none."""

        def moved(known: KeyPath) -> KeyPath:
            return (*path, key, *known[len(path) :]) if known[: len(path)] == path else known

        self.replace(path, {key: self.get(path)})
        self.places.update({moved(known): place for known, place in self.places.items()})
        self.texts = {moved(known): text for known, text in self.texts.items()}
        self.hidden = {moved(known) for known in self.hidden}
        self.problems = [replace(problem, path=moved(problem.path)) for problem in self.problems]

    def replace(self, path: KeyPath, value: object) -> None:
        """Put another value where there is one. Raises LookupError where there is none."""
        parent: Any = self.get(path[:-1])
        parent[path[-1]] = value

    def known(self, path: KeyPath) -> KeyPath:
        """Return as much of a path as leads to a value."""
        for length in range(len(path)):
            try:
                self.get(path[: length + 1])
            except LookupError:
                return path[:length]
        return path

    def _forget(self, path: KeyPath) -> None:
        for known in (self.places, self.texts):
            for stale in [other for other in known if other[: len(path)] == path]:
                del known[stale]
        self.hidden = {other for other in self.hidden if other[: len(path)] != path}


def _nothing_below(part: str | int) -> NoReturn:
    raise LookupError(part)
