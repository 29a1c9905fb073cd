"""The command line: its arguments, its exit codes.

0 done; 1 it could not be done (the reason stands on standard error); 2 the settings or arguments are wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wyoming_tts import __version__
from wyoming_tts.errors import ConfigError, TtsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.settings.model import Settings

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_WRONG_USE = 2

CONFIG_VARIABLE = "WYOMING_TTS_CONFIG"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the answer of a command line
        return EXIT_WRONG_USE
    except TtsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the answer of a command line
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wyoming-tts", description="Text to speech for a house that never goes mute.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="run the server"))
    _add_say(commands.add_parser("say", help="speak one text, through the same path as the server"))
    _add_check(commands.add_parser("check", help="check a settings file and say what is wrong with it"))
    schema = commands.add_parser("schema", help="print the JSON Schema of the settings file")
    schema.set_defaults(run=_schema)
    _add_voices(commands.add_parser("voices", help="list, search, download and remove Piper voices"))
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"settings file (or {CONFIG_VARIABLE})")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where voices and state are kept")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    parser.add_argument("--log-format", choices=("console", "json"))


def _add_serve(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("--uri", help="where Wyoming clients connect: tcp://HOST:PORT, unix://PATH or stdio://")
    parser.add_argument("--http", metavar="HOST:PORT", help="where health and the page are served; `off` for nowhere")
    parser.add_argument("--no-zeroconf", action="store_true", help="do not announce the server to the network")
    parser.set_defaults(run=_serve)


def _add_say(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("text", help="what to say; `-` reads standard input")
    parser.add_argument("--voice", help="a voice as `wyoming-tts voices` or Home Assistant names it")
    parser.add_argument("--speaker", help="a person within a multi-speaker voice")
    parser.add_argument("-o", "--output", metavar="FILE", help="write a WAV file; `-` for standard output")
    parser.set_defaults(run=_say)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the settings file")
    parser.set_defaults(run=_check)


def _add_voices(parser: argparse.ArgumentParser) -> None:
    from wyoming_tts.commands import voices  # noqa: PLC0415 - it brings its own sub-commands

    _add_common(parser)
    voices.add_arguments(parser)
    parser.set_defaults(run=_voices)


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Return the settings from flags, environment, file and defaults, in this order; raises ConfigError."""
    # Imported here: `--help` and `--version` need none of it.
    from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES  # noqa: PLC0415
    from wyoming_tts.settings.load import load  # noqa: PLC0415

    path = arguments.config or (Path(named) if (named := os.environ.get(CONFIG_VARIABLE)) else None)
    return load(
        path,
        provider_types=PROVIDER_TYPES,
        default_providers=DEFAULT_PROVIDERS,
        environ=os.environ,
        overrides=_overrides(arguments),
    )


def _overrides(arguments: argparse.Namespace) -> dict[str, object]:
    flags: dict[str, object] = {
        "server.uri": getattr(arguments, "uri", None),
        "web.listen": getattr(arguments, "http", None),
        "server.data_dir": getattr(arguments, "data_dir", None),
        "telemetry.log_level": getattr(arguments, "log_level", None),
        "telemetry.log_format": getattr(arguments, "log_format", None),
        "server.zeroconf": False if getattr(arguments, "no_zeroconf", False) else None,
    }
    return {key: str(value) if isinstance(value, Path) else value for key, value in flags.items() if value is not None}


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
    settings = settings_of(arguments)
    providers = ", ".join(settings.providers) or "none"
    print(f"{arguments.file or 'The defaults'}: correct. Providers: {providers}.")  # noqa: T201 - the command's answer
    return EXIT_DONE


def _schema(_arguments: argparse.Namespace) -> int:
    import json  # noqa: PLC0415 - see settings_of

    from wyoming_tts.adapters.registry import PROVIDER_TYPES  # noqa: PLC0415 - see settings_of
    from wyoming_tts.settings.schema import json_schema  # noqa: PLC0415 - see settings_of

    print(json.dumps(json_schema(PROVIDER_TYPES), indent=2, ensure_ascii=False))  # noqa: T201 - the command's answer
    return EXIT_DONE


def _voices(arguments: argparse.Namespace) -> int:
    from wyoming_tts.adapters.local.piper import PiperSettings  # noqa: PLC0415 - see settings_of
    from wyoming_tts.commands import voices  # noqa: PLC0415 - see settings_of

    settings = settings_of(arguments)
    configured = (found for found in settings.providers.values() if isinstance(found, PiperSettings))
    piper = next(configured, PiperSettings())
    run = voices.run(
        arguments, data_dir=settings.server.data_path, catalog_url=piper.catalog_url, voice_dirs=piper.voice_dirs
    )
    return asyncio.run(run)
