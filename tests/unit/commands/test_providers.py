"""What the command finds out about each provider, and what it says of it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
import structlog

from tests.servers.elevenlabs_server import ElevenLabsServer
from tests.servers.fake_api import Knob
from tests.servers.openai_server import OpenAiServer
from tests.servers.sounds import pcm
from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.commands.advice import advice
from wyoming_tts.commands.providers import run
from wyoming_tts.errors import ConfigError, ProviderError
from wyoming_tts.settings.load import load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

KEY = "sk-canary-0123456789"
TEXT = "A word of the house."


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """Undo that the command sets up the log of its process."""
    yield
    structlog.reset_defaults()


@pytest.fixture
async def fake() -> AsyncIterator[OpenAiServer]:
    async with OpenAiServer(key=KEY) as server:
        server.audio = pcm(12)
        yield server


class Command:
    """The command with settings of its own; `out` is what it said last."""

    def __init__(self, folder: Path, providers: str) -> None:
        path = folder / "settings.yaml"
        path.write_text(f"providers:\n{providers}  espeak: {{type: espeak}}\n")
        self.settings = load(
            path,
            provider_types=PROVIDER_TYPES,
            default_providers=DEFAULT_PROVIDERS,
            environ={},
            overrides={"server.data_dir": str(folder)},
        )
        self.out = ""

    async def __call__(self, name: str | None = None, text: str | None = None) -> int:
        out = StringIO()
        code = await run(self.settings, name, text, out=out)
        self.out = out.getvalue()
        return code

    def row(self, name: str) -> list[str]:
        return next(line.split() for line in self.out.splitlines() if line.split()[:1] == [name])


def lan(fake: OpenAiServer, **keys: object) -> str:
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    return f"  lan: {{type: openai, base_url: '{fake.url}/v1', api_key: {KEY}{more}}}\n"


async def test_all_are_tried_and_those_that_cost_nothing_speak(fake: OpenAiServer, tmp_path: Path) -> None:
    command = Command(tmp_path, lan(fake))
    assert await command() == 0
    assert command.row("lan")[:4] == ["lan", "openai", "ready", str(len(fake.voices))]
    assert command.row("lan")[5] == "ms"
    assert command.row("espeak")[:3] == ["espeak", "espeak", "ready"]
    assert KEY not in command.out


async def test_one_that_costs_speaks_only_when_it_is_told_to(fake: OpenAiServer, tmp_path: Path) -> None:
    command = Command(tmp_path, lan(fake, price_per_1000_characters=1.5))
    assert await command("lan") == 0
    assert command.row("lan")[4] == "-"
    assert not [asked for asked in fake.asked if asked.path.endswith("speech")]
    assert await command("lan", TEXT) == 0
    assert [asked.body["input"] for asked in fake.asked if asked.path.endswith("speech")] == [TEXT]
    assert "espeak" not in command.out


@pytest.mark.parametrize(
    ("knob", "said"),
    [
        (Knob.UNAUTHORIZED, "lan refused the key"),
        (Knob.RATE_LIMITED, "lan asks to slow down"),
        (Knob.SERVER_ERROR, "lan is not available"),
        (Knob.WRONG_TYPE, "lan sent damaged audio"),
        (Knob.BAD_REQUEST, "lan did not accept the utterance"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(fake: OpenAiServer, tmp_path: Path, knob: Knob, said: str) -> None:
    fake.knob = knob
    command = Command(tmp_path, lan(fake))
    assert await command("lan", TEXT) == 1
    assert command.row("lan")[2] == "failed"
    assert said in command.out
    assert command.out.rstrip().endswith((".", "?"))
    assert KEY not in command.out
    assert TEXT not in command.out


async def test_one_that_is_not_there_fails_alone(fake: OpenAiServer, tmp_path: Path) -> None:
    await fake.__aexit__()
    command = Command(tmp_path, lan(fake))
    assert await command() == 1
    assert [command.row("lan")[2], command.row("espeak")[2]] == ["failed", "ready"]
    assert "Is it running, and is its address in the settings right?" in command.out
    await fake.__aenter__()


async def test_one_without_voices_is_no_failure_unless_it_was_asked_for(tmp_path: Path) -> None:
    command = Command(tmp_path, "  piper: {type: piper, download: never}\n")
    assert await command() == 0
    assert "piper has no voice." in command.out
    assert command.row("piper")[2:4] == ["no", "voices"]
    assert await command("piper") == 1


async def test_credit_is_shown_where_it_is_known(tmp_path: Path) -> None:
    async with ElevenLabsServer() as cloud:
        command = Command(tmp_path, f"  el: {{type: elevenlabs, base_url: '{cloud.url}', api_key: {cloud.key}}}\n")
        assert await command("el") == 0
    assert command.row("el")[-3:] == ["99000", "of", "100000"]


async def test_a_provider_of_no_such_name_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no provider nobody; there are: espeak"):
        await Command(tmp_path, "")("nobody")


def test_there_is_advice_for_everything_that_can_be_mended() -> None:
    codes = {kind.code for kind in _kinds(ProviderError)} - {ProviderError.code, "circuit-open"}
    assert [code for code in codes if not advice(code)] == []
    assert advice("something else") == ""


def _kinds(kind: type[ProviderError]) -> set[type[ProviderError]]:
    return {kind}.union(*(_kinds(narrower) for narrower in kind.__subclasses__()))
