"""Debian's own flite and espeak-ng behind the `command` adapter."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import FakeClock
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local import command
from wyoming_tts.adapters.local.command import CommandSettings
from wyoming_tts.audio.judge import Judge
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.adapters.local.command import CommandAdapter

TEXT = "The kitchen window is open. It rains, and the heating is on."
COMMANDS: dict[str, dict[str, Any]] = {
    "flite": {
        "command": [
            *("flite", "-voice", "{voice}", "--setf", "duration_stretch={stretch}"),
            *("-t", "{text}", "-o", "/dev/stdout"),
        ],
        "voices": [{"name": "slt", "languages": ["en-US"]}, "kal"],
    },
    "espeak-ng": {
        "command": [
            *("espeak-ng", "-v", "{voice}", "-s", "{speed}", "-p", "{pitch}", "-a", "{volume}"),
            *("--stdin", "--stdout"),
        ],
        "voices": [{"name": "German", "value": "de", "languages": ["de"]}, "en-us"],
        "natural_speed": 175.0,
        "natural_pitch": 50.0,
        "natural_volume": 100.0,
    },
    "espeak-ng by argument": {
        "command": ["espeak-ng", "-v", "{language}", "--stdout", "{text}"],
        "voices": ["en-us"],
        "language": "en-US",
    },
}


@pytest.fixture(params=COMMANDS)
async def adapter(request: pytest.FixtureRequest, tmp_path: Path) -> CommandAdapter:
    settings = CommandSettings.model_validate(COMMANDS[request.param])
    if shutil.which(settings.command[0]) is None:
        pytest.skip(f"{settings.command[0]} is not installed; on Debian: apt-get install {settings.command[0]}")
    clock = FakeClock()
    context = AdapterContext(tmp_path, WorkerPool(None, clock=clock), clock, WorkerSettings())
    made = command.build("program", settings, context)
    await made.start()
    return made


async def seconds(adapter: CommandAdapter, text: str, voice: str = "", prosody: Prosody = NATURAL) -> float:
    """Return how long the utterance plays; what is heard has to be speech."""
    async with adapter.synthesize(Utterance(text, voice or adapter.voices()[-1].name, prosody=prosody)) as stream:
        judge = Judge(stream.format)
        pcm = b"".join([chunk.pcm async for chunk in stream.chunks])
        assert (judge.hear(pcm), judge.end(), judge.sounded) == (None, None, True)
        return stream.format.seconds(len(pcm))


async def test_a_real_program_speaks_to_the_end(adapter: CommandAdapter) -> None:
    once = await seconds(adapter, TEXT)
    assert once > 2.0
    assert await seconds(adapter, f"{TEXT} {TEXT} {TEXT}") == pytest.approx(3 * once, rel=0.2)


async def test_every_voice_speaks(adapter: CommandAdapter) -> None:
    for voice in adapter.voices():
        assert await seconds(adapter, TEXT, voice.name) > 2.0


@pytest.mark.parametrize("adapter", ["flite", "espeak-ng"], indirect=True)
async def test_it_speaks_as_fast_as_it_is_asked_to(adapter: CommandAdapter) -> None:
    natural = await seconds(adapter, TEXT)
    assert await seconds(adapter, TEXT, prosody=Prosody(speed=2.0)) < 0.7 * natural


@pytest.mark.parametrize("text", ["-h", "--help", "-v de", "- a dash", "-"])
async def test_a_text_that_looks_like_an_option_is_spoken(adapter: CommandAdapter, text: str) -> None:
    assert await seconds(adapter, f"{text} hello") > 0.3


@pytest.mark.parametrize(
    ("markup", "obeyed_s"),
    [('<break time="9s"/>', 9.0), ('<prosody rate="10%">very slow</prosody>', 5.0), ("\x01450S", 0.0)],
)
async def test_markup_is_not_obeyed(adapter: CommandAdapter, markup: str, obeyed_s: float) -> None:
    plain = await seconds(adapter, "one two three four five six")
    marked = await seconds(adapter, f"one two three {markup} four five six")
    assert plain * 0.9 < marked < plain + max(obeyed_s, 3.0)


async def test_phonemes_are_not_obeyed(adapter: CommandAdapter) -> None:
    assert await seconds(adapter, "[[h]] [[h]] [[h]]") > await seconds(adapter, "h")
