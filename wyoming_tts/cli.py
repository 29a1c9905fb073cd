"""The command line: each command imports what it needs when it is run, and none of what the others need."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wyoming_tts.commands.arguments import FLAGS, overrides, parser
from wyoming_tts.commands.exit_code import ExitCode
from wyoming_tts.commands.standard_streams import standard_streams
from wyoming_tts.errors import ConfigError, TtsError
from wyoming_tts.settings.environment import CONFIG_VARIABLE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from wyoming_tts.settings.model import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    try:
        with standard_streams():
            return _run(argv)
    except BrokenPipeError:  # whoever read the output has had enough
        return ExitCode.FAILED


def _run(argv: Sequence[str] | None) -> int:
    commands = {
        "serve": _serve,
        "say": _say,
        "check": _check,
        "providers": _providers,
        "schema": _schema,
        "voices": _voices,
        "dead-letters": _dead_letters,
    }
    arguments = parser(commands).parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the answer of a command line
        return ExitCode.WRONG_USE
    except TtsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the answer of a command line
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return ExitCode.FAILED


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Return the settings from flags, environment, file and defaults, in this order; raises ConfigError."""
    # Imported here: `--help` and `--version` need none of it.
    from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES  # noqa: PLC0415
    from wyoming_tts.settings.load import load  # noqa: PLC0415

    return load(
        _settings_file(arguments),
        provider_types=PROVIDER_TYPES,
        default_providers=DEFAULT_PROVIDERS,
        environ=os.environ,
        overrides=overrides(arguments),
        flags=FLAGS,
    )


def _settings_file(arguments: argparse.Namespace) -> Path | None:
    named = arguments.config or os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else None


def _serve(arguments: argparse.Namespace) -> int:
    from wyoming_tts.commands import serve  # noqa: PLC0415 - see settings_of

    return asyncio.run(serve.run(settings_of(arguments)))


def _say(arguments: argparse.Namespace) -> int:
    from wyoming_tts.commands import say  # noqa: PLC0415 - see settings_of

    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    wanted = say.Wanted(text, voice=arguments.voice, speaker=arguments.speaker, output=arguments.output)
    return asyncio.run(say.run(settings_of(arguments), wanted))


def _check(arguments: argparse.Namespace) -> int:
    arguments.config = arguments.file
    from wyoming_tts.synthesis.routing.detected_language import detector  # noqa: PLC0415 - see settings_of

    settings = settings_of(arguments)
    detector(settings.text)
    providers = ", ".join(settings.providers) or "none"
    checked = _settings_file(arguments) or "The defaults"
    print(f"{checked}: correct. Providers: {providers}.")  # noqa: T201 - the command's answer
    return ExitCode.DONE


def _providers(arguments: argparse.Namespace) -> int:
    from wyoming_tts.commands import providers  # noqa: PLC0415 - see settings_of

    return asyncio.run(providers.run(settings_of(arguments), arguments.name, arguments.speak))


def _schema(_arguments: argparse.Namespace) -> int:
    import json  # noqa: PLC0415 - see settings_of

    from wyoming_tts.adapters.registry import PROVIDER_TYPES  # noqa: PLC0415 - see settings_of
    from wyoming_tts.settings.schema import json_schema  # noqa: PLC0415 - see settings_of

    print(json.dumps(json_schema(PROVIDER_TYPES), indent=2, ensure_ascii=False))  # noqa: T201 - the command's answer
    return ExitCode.DONE


def _voices(arguments: argparse.Namespace) -> int:
    from wyoming_tts.adapters.local.piper import PiperSettings  # noqa: PLC0415 - see settings_of
    from wyoming_tts.commands import voices  # noqa: PLC0415 - see settings_of

    settings = settings_of(arguments)
    configured = {name: piper for name, piper in settings.providers.items() if isinstance(piper, PiperSettings)}
    piper = next(iter(configured.values()), PiperSettings())
    place = voices.PiperPlace(
        settings.server.data_path, piper.catalog_url, piper.voice_dirs, providers=("piper", *configured)
    )
    return asyncio.run(voices.run(arguments, place))


def _dead_letters(arguments: argparse.Namespace) -> int:
    from wyoming_tts.commands import dead_letters  # noqa: PLC0415 - see settings_of

    return asyncio.run(dead_letters.run(arguments, settings_of(arguments)))
