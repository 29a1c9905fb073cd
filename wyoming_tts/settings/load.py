"""From what the owner wrote to one valid value: flag before environment before file before default."""

from __future__ import annotations

from copy import deepcopy
from difflib import get_close_matches
from types import NoneType
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import ValidationError

from wyoming_tts.settings.environment import apply_environment
from wyoming_tts.settings.file import read_text
from wyoming_tts.settings.mentions import Mentions
from wyoming_tts.settings.model import LIST_KEYS, WRONG_MENTION, Settings
from wyoming_tts.settings.provider import ProviderSettings, provider_name
from wyoming_tts.settings.section import Section
from wyoming_tts.settings.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from wyoming_tts.errors import ConfigError
    from wyoming_tts.settings.tree import KeyPath

    ProviderTypes = Mapping[str, type[ProviderSettings]]

_M = TypeVar("_M", bound=Section)

# Pydantic's words for "this is no text": then the word as written is tried, since an owner's 0123 may be a name.
_NOT_TEXT = frozenset({"string_type", "path_type", "literal_error"})


def load(
    path: Path | None,
    *,
    provider_types: ProviderTypes,
    default_providers: Mapping[str, Mapping[str, object]],
    environ: Mapping[str, str],
    overrides: Mapping[str, object] | None = None,
    flags: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings.

    Args:
        path: the owner's file; None for the defaults with what the environment says.
        provider_types: what may stand after `type`.
        default_providers: the providers of a house whose owner names none; those that are not installed are left out.
        environ: the environment variables.
        overrides: values from flags by dotted key, `server.uri`; a None is a flag that was not given.
        flags: the flags' own names by the same keys, `--uri`, for what is said about them.

    Raises:
        ConfigError: with every problem on a line of its own.

    """
    tree = Tree() if path is None else _read(path, environ)
    _tidy(tree)
    if "providers" not in tree.data:
        tree.data["providers"] = deepcopy({name: dict(keys) for name, keys in default_providers.items()})
    apply_environment(tree, environ)
    _apply_flags(tree, overrides or {}, flags or {})
    _tidy(tree)
    return _Reading(tree, provider_types).settings()


def _tidy(tree: Tree) -> None:
    """Take out the sections whose keys are all commented out, which say nothing; make sections of plain lists."""
    for name in Settings.model_fields:
        if tree.data.get(name, name) is None:
            del tree.data[name]
        elif name in LIST_KEYS and isinstance(tree.data.get(name), list):
            tree.nest((name,), LIST_KEYS[name])


def _apply_flags(tree: Tree, overrides: Mapping[str, object], flags: Mapping[str, str]) -> None:
    for key, value in overrides.items():
        if value is None:
            continue
        path, place = tuple(key.split(".")), flags.get(key, f"flag for {key}")
        if key in flags:
            tree.named.add(place)
        try:
            tree.put(path, value, place=place)
        except LookupError as error:
            tree.report(path, f'cannot be set, since "{error.args[0]}" holds no keys', place=place)


def _read(path: Path, environ: Mapping[str, str]) -> Tree:
    # Not quick to import, and a house without a file needs none of it.
    from wyoming_tts.settings.secret import SecretLookup  # noqa: PLC0415
    from wyoming_tts.settings.yaml_marks import parse  # noqa: PLC0415

    lookup = SecretLookup(path.parent, environ)
    return parse(read_text(path), str(path), {"!secret": lookup.secret, "!env": lookup.variable})


class _Reading:
    """One tree on its way to Settings."""

    def __init__(self, tree: Tree, provider_types: ProviderTypes) -> None:
        self._tree = tree
        self._types = provider_types
        self._errors: list[ErrorDetails] = []
        self._left_out: dict[str, str] = {}

    def settings(self) -> Settings:
        """Return the whole. Raises ConfigError with every problem."""
        providers = self._providers()
        settings = self._validated(Settings, (), {"providers": providers})
        if settings is None or self._errors or self._tree.problems:
            raise self._failure(providers)
        return settings.leaving_out(self._left_out)

    def _providers(self) -> dict[str, ProviderSettings]:
        """Return the providers by name; one with a problem is there too, so that a chain may name it."""
        written = self._tree.data.get("providers", {})
        if not isinstance(written, dict):
            self._tree.report(("providers",), "must be names with a provider's settings under each")
            return {}
        found = {name: self._provider(name, keys) for name, keys in written.items()}
        providers = {name: provider for name, provider in found.items() if provider is not None}
        if not any(provider.enabled for provider in providers.values()):
            self._tree.report(
                ("providers",), "holds none that is enabled; leave the key out for those without settings"
            )
        return providers

    def _provider(self, name: str, keys: object) -> ProviderSettings | None:
        path: KeyPath = ("providers", name)
        stand_in = ProviderSettings(type="")
        try:
            provider_name(name)
        except ValueError as error:
            self._tree.report(path, str(error))
        known = ", ".join(sorted(self._types))
        if not isinstance(keys, dict) or "type" not in keys:
            self._tree.report(path, f"must hold a provider's settings, first of all its type; allowed: {known}")
            return stand_in
        chosen = self._types.get(keys["type"]) if isinstance(keys["type"], str) else None
        if chosen is None:
            near = get_close_matches(str(keys["type"]).lower(), self._types, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ";"
            self._tree.report((*path, "type"), f"is no provider type{hint} allowed: {known}")
            return stand_in
        provider = self._validated(chosen, path) or stand_in
        missing = chosen.missing_modules() if provider.enabled else ()
        if missing and not self._tree.written(path):
            self._left_out[name] = chosen.extra or ""
            return None
        if missing:
            self._report_missing(path, chosen.extra, missing)
        return provider

    def _report_missing(self, path: KeyPath, extra: str | None, modules: tuple[str, ...]) -> None:
        needs = (
            f"the extra \"{extra}\": run  pip install 'wyoming-tts[{extra}]'"
            if extra
            else f"the module {', '.join(modules)}"
        )
        self._tree.report(path, f"needs {needs}")

    def _validated(self, model: type[_M], path: KeyPath, instead: Mapping[str, object] | None = None) -> _M | None:
        errors: list[ErrorDetails] = []
        for _ in range(2):  # once as YAML understands it, once with the words where text is wanted
            data = cast("dict[str, object]", self._tree.get(path))
            try:
                return model.model_validate({**data, **(instead or {})})
            except ValidationError as error:
                errors = error.errors(include_url=False, include_input=False)
            for detail in errors:
                detail["loc"] = (*path, *detail["loc"])
            if not self._reread(errors):
                break
        self._errors.extend(errors)
        return None

    def _reread(self, errors: list[ErrorDetails]) -> bool:
        """Put the words as written where text is wanted; return whether there were any."""
        found = False
        for error in errors:
            path = self._tree.known(error["loc"])
            text = self._tree.texts.get(path) if error["type"] in _NOT_TEXT else None
            if text is not None and path and not isinstance(self._tree.get(path), (str, NoneType)):
                self._tree.replace(path, text)
                found = True
        return found

    def _failure(self, providers: Mapping[str, ProviderSettings]) -> ConfigError:
        # Needed by those only whose settings are wrong, and not quick to import.
        from wyoming_tts.settings.problems import config_error, report  # noqa: PLC0415
        from wyoming_tts.settings.schema import json_schema  # noqa: PLC0415

        schema = json_schema(self._types)
        report(self._tree, (error for error in self._errors if error["type"] != WRONG_MENTION), schema)
        self._report_mentions(providers)
        return config_error(self._tree, schema)

    def _report_mentions(self, providers: Mapping[str, ProviderSettings]) -> None:
        """Check every name, also where something else is wrong with its voice or with another section."""
        written = self._tree.data.get("voices")
        voices = [_name_and_chain(voice) for voice in (written if isinstance(written, list) else ())]
        default = _text(self._tree.data.get("default_voice"))
        phrases = self._tree.data.get("phrases")
        spoken_by = phrases.get("voices") if isinstance(phrases, dict) else None
        phrase_voices = [_text(voice) for voice in (spoken_by if isinstance(spoken_by, list) else ())]
        names = Mentions(voices, default, phrase_voices, providers)
        for path, sentence in names.wrong():
            if not self._tree.broken(path):
                self._tree.report(path, sentence)


def _name_and_chain(voice: object) -> tuple[str, list[str]]:
    keys = voice if isinstance(voice, dict) else {}
    chain = keys.get("chain")
    return _text(keys.get("name")), [_text(link) for link in (chain if isinstance(chain, list) else ())]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
