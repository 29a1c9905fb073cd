"""The command line as its user and the shell meet it: real processes, real exit codes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import soundfile

from wyoming_tts.cli import main
from wyoming_tts.commands.arguments import overrides, parser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

WITHIN_S = 50
NOTHING = dict.fromkeys(("serve", "say", "check", "providers", "schema", "voices", "dead-letters"), lambda _: 0)


def wyoming_tts(*words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return python("-m", "wyoming_tts", *words, env=env)


def python(*words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command, environ = [sys.executable, *words], {**os.environ, **(env or {})}
    return subprocess.run(command, check=False, env=environ, capture_output=True, text=True, timeout=WITHIN_S)


def shell(script: str) -> subprocess.CompletedProcess[str]:
    """Run in a shell that knows the command as `$TTS`."""
    env = {**os.environ, "TTS": f"{sys.executable} -m wyoming_tts"}
    return subprocess.run(["sh", "-c", script], check=False, env=env, capture_output=True, text=True, timeout=WITHIN_S)


@pytest.mark.parametrize("words", [["serve", "--help"], ["voices", "list", "--help"], ["--version"]])
def test_arguments_are_read_without_what_the_commands_need(words: Sequence[str]) -> None:
    heavy = ("aiohttp", "pydantic", "numpy", "structlog", "yaml", "jinja2", "soundfile", "zeroconf", "asyncio.sslproto")
    script = (
        "import contextlib, sys; from wyoming_tts.commands.arguments import parser\n"
        "with contextlib.suppress(SystemExit):\n"
        f"    parser(dict.fromkeys({tuple(NOTHING)!r})).parse_args({words!r})\n"
        f"print('LOADED', [name for name in {heavy!r} if name in sys.modules])"
    )
    done = python("-c", script)
    assert "LOADED []" in done.stdout, done


def test_reading_the_settings_needs_no_http_and_no_audio() -> None:
    script = (
        "import sys; from wyoming_tts.cli import main; main(['check'])\n"
        "print('LOADED', [name for name in ('aiohttp', 'numpy', 'yaml', 'jinja2') if name in sys.modules])"
    )
    done = python("-c", script)
    assert "LOADED []" in done.stdout, done


@pytest.mark.parametrize(
    "words", [["voices", "--data-dir", "/a", "list"], ["voices", "list", "--data-dir", "/a"]], ids=["before", "after"]
)
def test_flags_may_stand_before_and_after_the_word(words: list[str]) -> None:
    arguments = parser(NOTHING).parse_args(words)
    assert overrides(arguments) == {"server.data_dir": "/a"}
    assert arguments.config is None


def test_a_flag_after_the_word_wins() -> None:
    words = ["voices", "--data-dir", "/a", "--log-level", "info", "remove", "x", "--data-dir", "/b"]
    assert overrides(parser(NOTHING).parse_args(words)) == {"server.data_dir": "/b", "telemetry.log_level": "info"}


def test_check_names_the_file_it_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("WYOMING_TTS_CONFIG", raising=False)
    assert main(["check"]) == 0
    assert capsys.readouterr().out.startswith("The defaults: correct.")
    path = tmp_path / "house.yaml"
    path.write_text("server: {drain_s: 1}")
    monkeypatch.setenv("WYOMING_TTS_CONFIG", str(path))
    assert main(["check"]) == 0
    assert capsys.readouterr().out.startswith(f"{path}: correct.")
    path.write_text("server: {drain_s: x}")
    assert main(["check"]) == 2
    assert capsys.readouterr().err.startswith(f"{path}:1: server.drain_s: ")


def test_a_wrong_flag_is_named_as_it_was_written() -> None:
    done = wyoming_tts("serve", "--uri", "tcp://127.0.0.1", "--http", "here")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        '--http: must end with a port, as in 127.0.0.1:10280; found "here"',
        '--uri: must end with a port, as in tcp://127.0.0.1:10210; found "tcp://127.0.0.1"',
    ]


@pytest.mark.parametrize("words", [["schema"], ["--help"], ["voices", "--help"]])
def test_a_reader_that_has_had_enough_is_no_traceback(words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "wyoming_tts", *words]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, check=False, env=env, stdout=write, stderr=subprocess.PIPE, timeout=WITHIN_S)
    os.close(write)
    assert done.stderr == b""
    assert done.returncode == 1 or "--help" in words  # argparse keeps such an error to itself


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_are_as_good_as_dev_null(closed: str) -> None:
    assert shell(f"$TTS check {closed}").returncode == 0
    done = shell(f"$TTS check /nowhere {closed}")
    assert done.returncode == 2
    assert done.stdout == ""  # what belongs to standard error does not go there instead


def test_saying_into_a_file_tells_who_spoke_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "kettle.wav"
    words = ["say", "The kettle has boiled.", "--voice", "espeak/en-us", "-o", str(path), "--data-dir", str(tmp_path)]
    env = {"WYOMING_TTS_PROVIDERS__PIPER__DOWNLOAD": "never"}
    done = wyoming_tts(*words, env=env)
    assert done.returncode == 0
    assert done.stdout == ""
    assert re.fullmatch(rf"{re.escape(str(path))}: \d\.\d s, spoken by espeak/en-us\n", done.stderr)
    assert soundfile.info(path).frames > 10_000
    assert "request" in wyoming_tts(*words, env={**env, "WYOMING_TTS_TELEMETRY__LOG_LEVEL": "info"}).stderr


def test_saying_without_a_player_names_packages(tmp_path: Path) -> None:
    done = wyoming_tts("say", "Hello.", "--data-dir", str(tmp_path), env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    for package in ("alsa-utils", "pipewire-bin", "ffmpeg", "-o FILE"):
        assert package in done.stderr
