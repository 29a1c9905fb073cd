"""What pydantic found wrong, said so that the owner can put it right."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING

from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.kind import is_secret, kind
from wyoming_tts.settings.schema import schema_at
from wyoming_tts.settings.secret import MASK
from wyoming_tts.settings.tree import paths, spelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic_core import ErrorDetails

    from wyoming_tts.settings.schema import Schema
    from wyoming_tts.settings.tree import KeyPath, Problem, Tree

# What pydantic calls a sentence of our own validators.
_OWN_SENTENCE = frozenset({"value_error", "assertion_error"})
_FOUND_CHARS = 60
# A shorter secret would blank out ordinary words; where its value would stand it is masked whatever its length.
_SCRUBBED_CHARS = 4


def report(tree: Tree, errors: Iterable[ErrorDetails], schema: Schema) -> None:
    """Note each error as a problem of the tree, one for each value."""
    for error in errors:
        path = tree.known(error["loc"])  # pydantic also names the kinds it tried on the way
        if error["type"] == "missing":
            path = error["loc"]
        if not tree.broken(path):
            tree.report(path, _sentence(tree, path, error, schema))


def config_error(tree: Tree, schema: Schema) -> ConfigError:
    """Return one error that lists every problem, a line each, in the order of the file."""
    lines = [_line(tree, problem) for problem in sorted(tree.problems, key=_order)]
    text = "\n".join(dict.fromkeys(lines))
    for secret in sorted({*tree.secrets, *_secret_texts(tree, schema)}, key=len, reverse=True):
        if len(secret) >= _SCRUBBED_CHARS:
            text = text.replace(secret, MASK)
    return ConfigError(text)


def _unknown(word: str, allowed: Sequence[str]) -> str:
    """Return the end of a sentence: the nearest word that is known, and all of them."""
    near = get_close_matches(word.lower(), allowed, n=1)
    hint = f'; did you mean "{near[0]}"?' if near else ";"
    return f"{hint} allowed: {', '.join(allowed) or 'none'}"


def _sentence(tree: Tree, path: KeyPath, error: ErrorDetails, schema: Schema) -> str:
    part = schema_at(schema, path, tree.data) or {}
    allowed = kind(part)
    if error["type"] == "extra_forbidden":
        parent = schema_at(schema, path[:-1], tree.data) or {}
        return "unknown key" + _unknown(str(path[-1]), list(parent.get("properties", ())))
    if error["type"] == "missing":
        return f"is missing; it must be {allowed}" if allowed else "is missing"
    if error["type"] in _OWN_SENTENCE:
        sentence = str(error.get("ctx", {}).get("error", error["msg"]))
    else:
        sentence = f"must be {allowed}" if allowed else error["msg"][:1].lower() + error["msg"][1:]
    found = _found(tree, path, secret=is_secret(part))
    return f"{sentence}; found {found}" if found else sentence


def _found(tree: Tree, path: KeyPath, *, secret: bool) -> str:
    if secret or any(path[: len(hidden)] == hidden for hidden in tree.hidden):
        return MASK
    try:
        value = tree.get(path)
    except LookupError:
        return ""
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = tree.texts.get(path, value) if value is not None else "nothing"
    shown = text if isinstance(text, str) else str(text)
    shown = shown if len(shown) <= _FOUND_CHARS else f"{shown[:_FOUND_CHARS]}..."
    return json.dumps(shown, ensure_ascii=not shown.isprintable()) if isinstance(value, str) else shown


def _line(tree: Tree, problem: Problem) -> str:
    key = "" if problem.place in tree.named else spelt(problem.path)
    return ": ".join(part for part in (problem.place, key, problem.sentence) if part)


def _order(problem: Problem) -> tuple[str, int, str]:
    place, _, line = problem.place.rpartition(":")
    return (place, int(line), "") if line.isdigit() else (problem.place, 0, spelt(problem.path))


def _secret_texts(tree: Tree, schema: Schema) -> Iterable[str]:
    """Yield every word that stands where the schema wants a secret."""
    for path in paths(tree.data, ()):
        if is_secret(schema_at(schema, path, tree.data) or {}):
            yield str(tree.get(path))
            if path in tree.texts:
                yield tree.texts[path]
