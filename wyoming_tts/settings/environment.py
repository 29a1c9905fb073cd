"""Settings from environment variables: `WYOMING_TTS_` and the key path joined by `__`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.plain import plain_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wyoming_tts.settings.tree import KeyPath, Tree

PREFIX = "WYOMING_TTS_"
CONFIG_VARIABLE = "WYOMING_TTS_CONFIG"
"""Names the settings file; the command line reads it."""

# Set by Kubernetes and by Docker's links beside a service called wyoming-tts; nothing the owner wrote.
_SERVICE_LINK = re.compile(r"WYOMING_TTS_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_\w+)?|NAME|ENV_\w+)\Z")


def apply_environment(tree: Tree, environ: Mapping[str, str]) -> None:
    """Put every variable with our prefix over what the tree holds; what cannot be put is among its problems."""
    seen: dict[KeyPath, str] = {}
    # Fewest keys first: a variable for a whole section comes before those for keys in it.
    for name in sorted(_ours(environ), key=lambda name: (name.count("__"), name)):
        place = f"environment variable {name}"
        path = _path(tree, name[len(PREFIX) :].split("__"), place)
        if path is None:
            continue
        if path in seen:
            tree.report(path, f"is set twice, by {seen[path]} and by {name}", place=place)
            continue
        seen[path] = name
        value, texts = _value(environ[name], path)
        try:
            tree.put(path, value, place=place, texts=texts)
        except LookupError as error:
            tree.report(path, f'cannot be set, since "{error.args[0]}" holds no keys; set it as a whole', place=place)


def _ours(environ: Mapping[str, str]) -> Iterable[str]:
    for name in environ:
        upper = name.upper()
        if upper.startswith(PREFIX) and upper != CONFIG_VARIABLE and not _SERVICE_LINK.match(upper):
            yield name


def _path(tree: Tree, words: list[str], place: str) -> KeyPath | None:
    """Return the key path a variable means, in the spelling of keys that are already there."""
    path: KeyPath = ()
    for word in words:
        if not word:
            tree.report(path, "this variable means no key: join keys with two underscores", place=place)
            return None
        keys = _keys(tree, path)
        near = [key for key in keys if _folded(key) == _folded(word)]
        exact = [key for key in near if key.lower() == word.lower()]
        if len(exact or near) > 1:
            tree.report(path, f"this variable may mean {' or '.join(exact or near)}; set it in the file", place=place)
            return None
        path = (*path, (exact or near or [word.lower()])[0])
    return path


def _keys(tree: Tree, path: KeyPath) -> list[str]:
    try:
        value = tree.get(path)
    except LookupError:
        return []
    return list(value) if isinstance(value, dict) else []


def _folded(word: str) -> str:
    return word.lower().replace("-", "_")


def _value(text: str, path: KeyPath) -> tuple[object, dict[KeyPath, str]]:
    """Return what the text means: a list or keys in YAML or JSON, else one plain value; and its words as written."""
    words = {path: text}
    if not text.lstrip().startswith(("[", "{", "- ")):
        return plain_value(text), words
    from wyoming_tts.settings.yaml_marks import parse_value  # noqa: PLC0415 - not quick, and seldom needed

    try:
        value, below = parse_value(text, path)
    except ConfigError:  # a key of some service may begin like a list
        return text, words
    return value, below | words
