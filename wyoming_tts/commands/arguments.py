"""What may stand behind `wyoming-tts`. Imports nothing of what the commands need, so that each starts at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wyoming_tts import __version__
from wyoming_tts.settings.environment import CONFIG_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Run = Callable[[argparse.Namespace], int]

FLAGS = {
    "server.uri": "--uri",
    "web.listen": "--http",
    "server.data_dir": "--data-dir",
    "telemetry.log_level": "--log-level",
    "telemetry.log_format": "--log-format",
    "server.zeroconf": "--no-zeroconf",
}
"""The settings that a flag can set, each with the flag."""


def parser(commands: Mapping[str, Run]) -> argparse.ArgumentParser:
    """Return the parser; `run` of what it parses is the function in `commands` for the command chosen."""
    whole = argparse.ArgumentParser(prog="wyoming-tts", description="Text to speech for a house that never goes mute.")
    whole.add_argument("--version", action="version", version=__version__)
    below = whole.add_subparsers(required=True, metavar="COMMAND")
    for name, (add, help_) in _COMMANDS.items():
        command = below.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")
        add(command)
        command.set_defaults(run=commands[name])
    return whole


def overrides(arguments: argparse.Namespace) -> dict[str, object]:
    """Return the settings that flags set, by their keys."""
    flags: dict[str, object] = {
        "server.uri": getattr(arguments, "uri", None),
        "web.listen": getattr(arguments, "http", None),
        "server.data_dir": getattr(arguments, "data_dir", None),
        "telemetry.log_level": getattr(arguments, "log_level", None),
        "telemetry.log_format": getattr(arguments, "log_format", None),
        "server.zeroconf": False if getattr(arguments, "no_zeroconf", False) else None,
    }
    return {key: str(value) if isinstance(value, Path) else value for key, value in flags.items() if value is not None}


def _add_common(parser: argparse.ArgumentParser, *, default: object = None) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", default=default, help=f"settings file (or {CONFIG_VARIABLE})"
    )
    parser.add_argument("--data-dir", type=Path, metavar="DIR", default=default, help="where voices and state are kept")
    parser.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        default=default,
        help="the least important log lines to write, on standard error",
    )
    parser.add_argument(
        "--log-format", choices=("console", "json"), default=default, help="log lines for people or for programs"
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("--uri", help="where Wyoming clients connect: tcp://HOST:PORT, unix://PATH or stdio://")
    parser.add_argument("--http", metavar="HOST:PORT", help="where health and the page are served; `off` for nowhere")
    parser.add_argument("--no-zeroconf", action="store_true", help="do not announce the server to the network")


def _add_say(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("text", help="what to say; `-` reads standard input")
    parser.add_argument(
        "--voice",
        metavar="NAME",
        help="who speaks: a voice of `voices` in the settings, PROVIDER/VOICE such as espeak/en-gb or "
        "piper/en_US-lessac-medium, or a bare name that only one provider has; without it the default voice",
    )
    parser.add_argument("--speaker", metavar="NAME", help="a person within a multi-speaker voice")
    parser.add_argument("-o", "--output", metavar="FILE", help="write a WAV file; `-` for standard output")


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=f"settings file (or {CONFIG_VARIABLE})")


def _add_providers(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("name", nargs="?", metavar="NAME", help="only this provider, by its name in the settings")
    parser.add_argument(
        "--speak", metavar="TEXT", help="have each of them say this; without it only those speak that cost nothing"
    )


def _add_schema(_parser: argparse.ArgumentParser) -> None:
    """Add nothing: it takes no arguments."""


def add_voices(parser: argparse.ArgumentParser) -> None:
    """Add the words of `voices`; the one chosen is in `voices_command`."""
    _add_common(parser)
    commands = parser.add_subparsers(dest="voices_command", required=True, metavar="COMMAND")

    listed = commands.add_parser("list", help="the voices on this machine", description="List the voices here.")
    listed.add_argument("--all", action="store_true", help="list the published catalogue instead")
    listed.add_argument("--language", metavar="TAG", help="only this language, such as de or en-GB")

    searched = commands.add_parser("search", help="search the published catalogue", description="Search the catalogue.")
    searched.add_argument("words", nargs="+", metavar="WORD", help="in its name, language, country or quality")
    searched.add_argument("--language", metavar="TAG", help="only this language, such as de or en-GB")

    downloaded = commands.add_parser(
        "download", help="download voices", description="Download voices; goes on where an earlier download was cut."
    )
    downloaded.add_argument("names", nargs="+", metavar="NAME", help="such as en_US-lessac-medium")

    removed = commands.add_parser("remove", help="delete a voice from this machine", description="Delete a voice.")
    removed.add_argument("name", metavar="NAME", help="as `voices list` shows it")

    _add_common_below(listed, searched, downloaded, removed)


def _add_dead_letters(parser: argparse.ArgumentParser) -> None:
    """Add the words of `dead-letters`; the one chosen is in `dead_letters_command`."""
    _add_common(parser)
    commands = parser.add_subparsers(dest="dead_letters_command", required=True, metavar="COMMAND")
    listed = commands.add_parser("list", help="what failed, the newest first", description="List what failed.")
    shown = commands.add_parser(
        "show", help="one of them, with each provider's error", description="Show one, with each provider's error."
    )
    replayed = commands.add_parser(
        "replay",
        help="speak one again; what was spoken is dropped",
        description="Speak one again, if its text was kept (privacy.keep_failed_text); what was spoken is dropped.",
    )
    replayed.add_argument("-o", "--output", metavar="FILE", help="write a WAV file; `-` for standard output")
    dropped = commands.add_parser("drop", help="forget one, or all", description="Forget one, or all.")
    which = dropped.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", metavar="ID", help="as `dead-letters list` shows it, or its beginning")
    which.add_argument("--all", action="store_true", help="forget all")
    for command in (shown, replayed):
        command.add_argument("id", metavar="ID", help="as `dead-letters list` shows it, or its beginning")
    _add_common_below(listed, shown, replayed, dropped)


def _add_common_below(*commands: argparse.ArgumentParser) -> None:
    for command in commands:
        # Without a default of its own here, or it would hide what stands before the word.
        _add_common(command, default=argparse.SUPPRESS)


_COMMANDS: Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], str]] = {
    "serve": (_add_serve, "run the server"),
    "say": (_add_say, "speak one text, through the same path as the server"),
    "check": (_add_check, "check a settings file and say what is wrong with it"),
    "providers": (_add_providers, "try each provider for real and say what to mend"),
    "schema": (_add_schema, "print the JSON Schema of the settings file"),
    "voices": (add_voices, "list, search, download and remove Piper voices"),
    "dead-letters": (_add_dead_letters, "list, show, replay and drop the requests that nobody could speak"),
}
