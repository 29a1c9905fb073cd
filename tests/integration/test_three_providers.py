"""Three servers elsewhere in one file: whose voices are whose, and what is shown of one that is down at the start."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info

from tests.fakes.clock import FakeClock
from tests.fakes.house_parts import request
from tests.servers.elevenlabs_server import ElevenLabsServer
from tests.servers.foreign_server import Script, foreign_server, program, voice
from tests.servers.openai_server import OpenAiServer
from tests.servers.real_server import real_server
from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.house import House
from wyoming_tts.settings.load import load

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "The kettle in the kitchen has boiled."


class Street:
    """Three servers, two of which have a voice of the same name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kokoro = OpenAiServer()
        self.kokoro.voices = ("anna", "af_sky")
        self.kokoro.voice_list = {"voices": ["anna", "af_sky"]}
        self.eleven = ElevenLabsServer()
        self.uri = ""

    async def opened(self, stack: AsyncExitStack) -> Path:
        """Let all three listen, and return the settings that name them."""
        await stack.enter_async_context(self.kokoro)
        await stack.enter_async_context(self.eleven)
        lan = await stack.enter_async_context(foreign_server(Script(programs=[program("lan", voice("anna"))])))
        file = self.folder / "settings.yaml"
        file.write_text(
            "providers:\n"
            f"  kokoro: {{type: openai, base_url: '{self.kokoro.url}/v1'}}\n"
            f"  eleven: {{type: elevenlabs, base_url: '{self.eleven.url}', api_key: '{self.eleven.key}'}}\n"
            f"  lan: {{type: wyoming, uri: '{lan.uri}'}}\n"
            "  piper: {type: piper, enabled: false}\n"
        )
        return file

    def house(self) -> House:
        settings = load(
            self.folder / "settings.yaml",
            provider_types=PROVIDER_TYPES,
            default_providers=DEFAULT_PROVIDERS,
            environ={},
            overrides={"server.data_dir": str(self.folder / "data")},
        )
        return House(settings, FakeClock())


async def described(port: int) -> list[str]:
    async with AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(Describe().event())
        event = await client.read_event()
        assert event is not None
        return [each.name for program_ in Info.from_event(event).tts for each in program_.voices]


async def test_all_voices_are_described_under_names_of_their_own(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        file = await Street(tmp_path).opened(stack)
        async with real_server(tmp_path / "data", "--config", str(file)) as server:
            await server.said("ready")
            names = await described(await server.port())
    assert {"kokoro/anna", "kokoro/af_sky", "lan/anna"} <= set(names)
    assert len(names) == len(set(names))
    assert sum(name.startswith("eleven/") for name in names) == 3
    assert not [name for name in names if name.startswith("espeak")], "only what stands in the file is shown"


async def test_one_that_is_down_at_the_start_is_there_with_its_last_list_and_shown_as_down(tmp_path: Path) -> None:
    street = Street(tmp_path)
    async with AsyncExitStack() as stack:
        await street.opened(stack)
        first = street.house()
        await first.start()
        before = [entry.name for entry in first.catalog.advertised()]
        assert {state.name: state.state for state in await first.provider_states()}["kokoro"] == "ready"
        await first.aclose()
        await street.kokoro.__aexit__()
        second = street.house()
        await second.start()
        try:
            assert [entry.name for entry in second.catalog.advertised()] == before
            states = {state.name: state for state in await second.provider_states()}
            assert {name: state.state for name, state in states.items() if name != "espeak"} == {
                "kokoro": "failed",
                "eleven": "ready",
                "lan": "ready",
            }
            assert states["kokoro"].voices == 2
            assert "kokoro is not available" in states["kokoro"].detail
            async with second.speaker.answer(request(TEXT, voice="kokoro/anna")) as answer:
                heard = [chunk async for chunk in answer.chunks()]
            assert heard
            spoken_by = next(iter(second.speaker.recent)).links
            assert not [link for link in spoken_by if link.startswith("kokoro/")], "nobody waits for it"
        finally:
            await second.aclose()
