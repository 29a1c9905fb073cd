"""The composition root: which providers a house has, when it is ready, how it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.house_parts import pcm_of, request
from tests.fakes.piper_voice import build_piper_voice
from tests.servers.foreign_server import Script, foreign_server
from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.errors import AllProvidersFailed, UnknownVoice
from wyoming_tts.house import House
from wyoming_tts.settings.load import load

if TYPE_CHECKING:
    from pathlib import Path


def house(tmp_path: Path, text: str = "") -> House:
    file = tmp_path / "settings.yaml"
    file.write_text(text or "providers: {espeak: {type: espeak}}\n")
    settings = load(
        file,
        provider_types=PROVIDER_TYPES,
        default_providers=DEFAULT_PROVIDERS,
        environ={},
        overrides={"server.data_dir": str(tmp_path)},
    )
    return House(settings, FakeClock())


async def ready(one: House) -> None:
    """Wait for the default voice, which a real worker loads."""
    while one.unready:
        assert "still being loaded" in " ".join(one.unready)
        await asyncio.sleep(0.01)


async def test_ready_when_started_and_closed_twice(tmp_path: Path) -> None:
    one = house(tmp_path)
    assert "counted" in " ".join(one.unready)
    await one.start()
    await ready(one)
    assert len(await pcm_of(one.speaker, request("Hello."))) > 10_000
    states = await one.provider_states()
    assert [(state.name, state.state, state.worker) for state in states] == [("espeak", "ready", "running")]
    assert states[0].memory_mb
    before = asyncio.all_tasks()
    await one.aclose()
    await one.aclose()
    assert len(asyncio.all_tasks()) == 1 < len(before)


async def test_closes_with_its_last_holder(tmp_path: Path) -> None:
    one = house(tmp_path)
    await one.start()
    with one.hold():
        closing = asyncio.create_task(one.aclose())
        await asyncio.sleep(0)
        assert len(await pcm_of(one.speaker, request("Hello."))) > 10_000
        assert not closing.done()
    await closing


async def test_closing_a_house_that_was_never_started(tmp_path: Path) -> None:
    await house(tmp_path).aclose()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("providers: {p: {type: piper, download: never}}\n", "espeak"),
        ("providers: {espeak: {type: piper, download: never}}\n", "espeak-2"),
    ],
)
async def test_a_house_without_espeak_still_has_its_last_resort(tmp_path: Path, text: str, hidden: str) -> None:
    one = house(tmp_path, text)
    await one.start()
    try:
        assert f"{hidden}/de" in [entry.name for entry in one.catalog.advertised()], "never an empty list"
        await ready(one)
        assert len(await pcm_of(one.speaker, request("Hello."))) > 10_000
        assert next(iter(one.speaker.recent)).links == [f"{hidden}/en-us"]
    finally:
        await one.aclose()


async def test_a_disabled_provider_is_not_there_but_the_last_resort_stays(tmp_path: Path) -> None:
    build_piper_voice(tmp_path, "en_US-tiny-low")
    text = "providers: {espeak: {type: espeak, enabled: false}, piper: {type: piper, download: never}}\n"
    one = house(tmp_path, text)
    await one.start()
    try:
        assert [state.name for state in await one.provider_states()] == ["piper", "espeak-2"]
        assert [entry.name for entry in one.catalog.advertised()] == ["piper/en_US-tiny-low"]
    finally:
        await one.aclose()


async def test_a_provider_that_cannot_start_says_why_and_the_others_speak(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine's package breaks in the worker, as with a wheel for another processor."""
    build_piper_voice(tmp_path, "en_US-tiny-low")
    broken = tmp_path / "broken"
    (broken / "piper").mkdir(parents=True)
    (broken / "piper" / "__init__.py").write_text("raise ImportError('wrong machine')\n")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    one = house(tmp_path, "providers: {piper: {type: piper, download: never}, espeak: {type: espeak}}\n")
    await one.start()
    try:
        states = {state.name: state for state in await one.provider_states()}
        assert states["piper"].state == "failed"
        assert "ImportError" in states["piper"].detail
        assert len(await pcm_of(one.speaker, request("Hello."))) > 10_000
    finally:
        await one.aclose()


async def test_house_voices_speak_in_their_own_way(tmp_path: Path) -> None:
    text = """
providers: {espeak: {type: espeak, speed: 1.5, sentence_pause_s: 0.5}}
default_voice: Anna
voices:
  - {name: Anna, language: de, chain: [espeak/de], speed: 2.0, sentence_pause_s: 0}
"""
    one = house(tmp_path, text)
    await one.start()
    try:
        fast = await pcm_of(one.speaker, request("Guten Morgen. Es ist acht Uhr und die Sonne scheint."))
        slow = await pcm_of(
            one.speaker, request("Guten Morgen. Es ist acht Uhr und die Sonne scheint.", voice="espeak/de")
        )
        assert next(iter(one.speaker.recent)).voice == "espeak/de"
        assert len(fast) < len(slow) * 0.7
    finally:
        await one.aclose()


async def test_errors_the_owner_chose(tmp_path: Path) -> None:
    text = "providers: {espeak: {type: espeak}}\nfallback: {unknown_voice: error, last_first_audio_s: 1}\n"
    one = house(tmp_path, text)
    await one.start()
    try:
        with pytest.raises(UnknownVoice):
            await pcm_of(one.speaker, request("Hello.", voice="nobody"))
    finally:
        await one.aclose()
    with pytest.raises(AllProvidersFailed):
        await pcm_of(one.speaker, request("Hello."))


async def test_each_running_server_has_a_name_that_its_adapters_and_its_voice_list_know(tmp_path: Path) -> None:
    script = Script()
    async with foreign_server(script) as mirror:
        text = f"providers: {{back: {{type: wyoming, uri: '{mirror.uri}'}}}}\n"
        one, other = house(tmp_path, text), house(tmp_path)
        assert one.instance != other.instance
        assert House(one.settings, instance="kept").instance == "kept"
        script.info = {"tts.instance": one.instance}
        await one.start()
        states = {state.name: state for state in await one.provider_states()}
        assert states["back"].detail == "back is not available (it is this server itself)"
        assert one.catalog.relayed() == ("back",)
        await one.aclose()
        await other.aclose()
