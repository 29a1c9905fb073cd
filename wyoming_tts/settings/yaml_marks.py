"""YAML read for its owner: every value knows its line, every mistake is found, nothing is executed.

Of YAML's guesses only those of version 1.2 are made (`no` is a word here, not false), and the words as written are
kept, so that a text field may hold `0123`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.plain import plain_value
from wyoming_tts.settings.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wyoming_tts.settings.tree import KeyPath

    Tag = Callable[[str], str]
    """What stands for the word after a tag; raises ConfigError with half a sentence where there is nothing."""

# A house with a hundred voices has some thousand values; aliases may multiply a small file without end.
MAX_VALUES = 20_000
MAX_DEPTH = 32

_LOOK = (
    "look at this line and the one above it: keys of one section begin below each other, after spaces and not tabs; "
    "a key ends with a colon and a space; a text with signs in it stands in quotes"
)
"""What is wrong in nearly every file that is not YAML, whatever the parser calls it."""

_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class _Loader(yaml.SafeLoader):
    """Makes no guess of its own about scalars; only composes."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the base class reads it from here


def parse(text: str, name: str, tags: Mapping[str, Tag]) -> Tree:
    """Read YAML into a tree whose places are `name:line`; mistakes in single values are among its problems.

    Raises ConfigError where it is not YAML at all.
    """
    return _Builder(name, tags).build(compose(text, name))


def parse_value(text: str, path: KeyPath) -> tuple[object, dict[KeyPath, str]]:
    """Return one value written in YAML or JSON, and its words as written, keyed as if it stood at `path`.

    Raises ConfigError where it is neither.
    """
    root = compose(text, "")
    builder = _Builder("", {})
    value = None if root is None else builder.value(root, path)
    if builder.tree.problems:
        raise ConfigError(builder.tree.problems[0].sentence)
    return value, builder.tree.texts


def compose(text: str, name: str) -> yaml.Node | None:
    """Return the root node. Raises ConfigError naming the line and never quoting it."""
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(f"{name}:{line}: holds a character that YAML does not allow") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{name}:{line}: is not YAML: {_why(error)}; {_LOOK}") from None
    except RecursionError:
        raise ConfigError(f"{name}: is nested deeper than {MAX_DEPTH} levels") from None


def _why(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "cannot be read"
    # An alias is named as written, and a key that begins with * looks like one.
    return "an unknown alias; put a text that begins with * in quotes" if "undefined alias" in problem else problem


class _Builder:
    """One walk over the nodes of one document."""

    def __init__(self, name: str, tags: Mapping[str, Tag]) -> None:
        self._name = name
        self._tags = tags
        self.tree = Tree()
        self._values = 0

    def build(self, root: yaml.Node | None) -> Tree:
        """Return the whole document."""
        value = None if root is None else self.value(root, ())
        if isinstance(value, dict):
            self.tree.data = value
        elif value is not None:
            raise ConfigError(
                f"{self._name}:1: must hold keys with values, such as `server:`, and not a list or a text"
            )
        return self.tree

    def value(self, node: yaml.Node, path: KeyPath) -> object:
        """Return what a node holds as plain values."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise ConfigError(f"{self._place(node)}: holds more than {MAX_VALUES} values, aliases included")
        if len(path) > MAX_DEPTH:
            raise ConfigError(f"{self._place(node)}: is nested deeper than {MAX_DEPTH} levels")
        self.tree.places.setdefault(path, self._place(node))
        if node.tag not in _PLAIN_TAGS:
            return self._tagged(node, path)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode) or node.style is not None:
            return str(node.value)
        self.tree.texts[path] = node.value
        return plain_value(node.value)

    def _tagged(self, node: yaml.Node, path: KeyPath) -> object:
        """Look up the word after a tag; whatever a tag brings may be a secret."""
        tag = self._tags.get(node.tag)
        self.tree.hidden.add(path)
        if tag is None or not isinstance(node, yaml.ScalarNode):
            allowed = " and ".join(f"{known} NAME" for known in self._tags) or "none"
            self.tree.report(path, f"has a tag (!) that means nothing here; allowed: {allowed}")
            return None
        try:
            text = tag(node.value)
        except ConfigError as error:
            self.tree.report(path, str(error))
            return None
        self.tree.texts[path] = text
        self.tree.secrets.add(text)
        return plain_value(text)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        lines: dict[str, int] = {}
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.tree.report(path, "has a key that is not a word", place=self._place(key_node))
                continue
            key, line = key_node.value, key_node.start_mark.line + 1
            if key in lines:
                self.tree.report((*path, key), f"stands here twice, on line {lines[key]} and on line {line}")
            else:
                lines[key] = line
                self.tree.places[*path, key] = self._place(key_node)
                result[key] = self.value(value_node, (*path, key))
        return result

    def _place(self, node: yaml.Node) -> str:
        return f"{self._name}:{node.start_mark.line + 1}"
