"""Speech servers of OpenAI's kind that nobody here wrote, as providers of a real house."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import structlog

from tests.fakes.house_parts import request as asked_for
from tests.fakes.house_parts import tokens
from tests.servers.real_speech_server import VOICE, SpeechServer, loudness, studio
from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.commands import providers
from wyoming_tts.house import House
from wyoming_tts.settings.load import load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from wyoming_tts.settings.model import Settings
    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.request import SpeechRequest

    Make = Callable[[Path], AbstractAsyncContextManager[SpeechServer]]

TEXT = "The kettle in the kitchen has boiled. Somebody left the garden gate open again."


@pytest.fixture(params=[loudness, studio], ids=["loudness-tts", "local-tts-studio"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SpeechServer]:
    make: Make = request.param
    async with make(tmp_path / "server") as running:
        yield running


def settings_for(server: SpeechServer, tmp_path: Path, *, key: str = "", more: str = "") -> Settings:
    file = tmp_path / "settings.yaml"
    file.write_text(
        f"providers:\n  lan: {{type: openai, base_url: '{server.base_url}', api_key: '{key or server.key}'{more}}}\n"
        "fallback: {first_audio_s: 20}\ncache: {enabled: false}\n"
    )
    return load(
        file,
        provider_types=PROVIDER_TYPES,
        default_providers=DEFAULT_PROVIDERS,
        environ={},
        overrides={"server.data_dir": str(tmp_path / "data")},
    )


@asynccontextmanager
async def house(settings: Settings) -> AsyncIterator[House]:
    made = House(settings)
    try:
        await made.start()
        yield made
    finally:
        await made.aclose()


async def spoken(house: House, asked: SpeechRequest) -> tuple[AudioFormat, float, list[str]]:
    """Return the format, the seconds and who spoke."""
    async with house.speaker.answer(asked) as answer:
        size = sum([len(chunk.pcm) async for chunk in answer.chunks()])
        return answer.format, answer.format.seconds(size), next(iter(house.speaker.recent)).links


async def test_one_shot_and_text_stream_are_spoken_by_it_alone(server: SpeechServer, tmp_path: Path) -> None:
    settings = settings_for(server, tmp_path, more=f", voices: [{VOICE}]")
    async with house(settings) as one:
        format_, whole_s, links = await spoken(one, asked_for(TEXT, voice=f"lan/{VOICE}"))
        assert (format_.rate, links) == (16_000, [f"lan/{VOICE}"])
        streamed = replace(asked_for(tokens(*TEXT.partition("boiled. ")), voice=f"lan/{VOICE}"), streamed=True)
        _, streamed_s, links = await spoken(one, streamed)
        assert links == [f"lan/{VOICE}"]
        assert streamed_s == pytest.approx(whole_s, rel=0.1)
        assert whole_s > 2.0


async def test_raw_pcm_plays_at_the_pace_of_the_wav(server: SpeechServer, tmp_path: Path) -> None:
    """loudness-tts makes it 24 kHz, as OpenAI does; local-tts-studio keeps 16 kHz and says so in a header."""
    seconds = []
    for kind in ("wav", "pcm"):
        settings = settings_for(server, tmp_path, more=f", voices: [{VOICE}], response_format: {kind}")
        async with house(settings) as one:
            _, spoken_s, links = await spoken(one, asked_for(TEXT, voice=f"lan/{VOICE}"))
            assert links == [f"lan/{VOICE}"]
            seconds.append(spoken_s)
    assert seconds[1] == pytest.approx(seconds[0], rel=0.05)


async def test_its_voices_are_found_or_the_usual_ones_are_taken(server: SpeechServer, tmp_path: Path) -> None:
    async with house(settings_for(server, tmp_path)) as one:
        provider = next(each for each in one.providers if each.name == "lan")
        voices = provider.voices()
        assert len(voices) > 1
        assert len({voice.name for voice in voices}) == len(voices)
        assert all(voice.languages for voice in voices)


async def test_a_wrong_key_is_said_so_and_espeak_speaks(
    server: SpeechServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(structlog.reset_defaults)  # a command sets up the log of its process
    settings = settings_for(server, tmp_path, key="sk-wrong-canary", more=f", voices: [{VOICE}]")
    assert await providers.run(settings, "lan", "A test.") == 1
    said = capsys.readouterr()
    assert "lan refused the key" in said.out
    assert "canary" not in said.out + said.err
    async with house(settings) as one:
        _, whole_s, links = await spoken(one, asked_for(TEXT, voice=f"lan/{VOICE}"))
        assert links == ["espeak/en-us"]
        assert whole_s > 2.0


async def test_a_server_that_is_killed_in_the_middle_is_carried_on_without_a_word_lost(
    server: SpeechServer, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, more=f", voices: [{VOICE}]")
    async with house(settings) as one:
        _, whole_s, _ = await spoken(one, asked_for(" ".join([TEXT] * 6), voice=f"lan/{VOICE}"))
        asked = asked_for(" ".join([TEXT] * 6), voice=f"lan/{VOICE}")
        heard_s = 0.0
        async with one.speaker.answer(asked) as answer:
            async for chunk in answer.chunks():
                if not heard_s:
                    server.process.kill()
                heard_s += answer.format.seconds(len(chunk.pcm))
        assert next(iter(one.speaker.recent)).links == [f"lan/{VOICE}", "espeak/en-us"]
        assert heard_s > whole_s
