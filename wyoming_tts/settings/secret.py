"""Values that are kept out of the settings file: in `secrets.yaml` beside it, or in the environment."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.file import read_text
from wyoming_tts.settings.yaml_marks import parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wyoming_tts.settings.tree import Tree

SECRETS_FILE = "secrets.yaml"
MASK = "********"


class SecretLookup:
    """What stands for the word after `!secret` and `!env` in one settings file."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._path = folder / SECRETS_FILE
        self._environ = environ
        self._tree: Tree | None = None

    def secret(self, name: str) -> str:
        """Return a secret as written in the secrets file. Raises ConfigError with half a sentence."""
        tree = self._read()
        if name not in tree.data:
            near = get_close_matches(name, list(tree.data), n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise ConfigError(f'names the secret "{name}", which {self._path} does not hold{hint}')
        value = tree.data[name]
        text = tree.texts.get((name,), value)
        if not isinstance(text, str) or value is None:
            raise ConfigError(f'names the secret "{name}", which is no text in {self._path}')
        return text

    def variable(self, name: str) -> str:
        """Return an environment variable. Raises ConfigError with half a sentence."""
        try:
            return self._environ[name]
        except KeyError:
            raise ConfigError(f"names the environment variable {name}, which is not set") from None

    def _read(self) -> Tree:
        """Read the file when the first secret is asked for; a house without secrets needs none."""
        if self._tree is None:
            try:
                tree = parse(read_text(self._path), str(self._path), {})
            except ConfigError as error:
                raise ConfigError(f"names a secret, but {error}") from error
            if tree.problems:
                first = tree.problems[0]
                raise ConfigError(f"names a secret, but {first.place}: {first.sentence}")
            self._tree = tree
        return self._tree
