"""An adapter for ElevenLabs in front of its fake, with little patience and a clock that a test moves."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import SecretStr

from tests.fakes.clock import FakeClock
from tests.servers.elevenlabs_server import ElevenLabsServer
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.elevenlabs.adapter import ElevenLabsAdapter
from wyoming_tts.adapters.remote.elevenlabs.settings import ElevenLabsSettings
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.utterance import Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioFormat, Mark

READ_S = 0.5
LULL_S = 0.3
SETTLE_S = 0.1
"""In real time: a network's waits are the network's own."""
RATE = 24_000


@dataclass
class Said:
    """What was heard of an utterance."""

    format: AudioFormat
    pcm: bytes = b""
    marks: list[Mark] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.format.seconds(len(self.pcm))


@dataclass
class Cloud:
    fake: ElevenLabsServer
    adapter: ElevenLabsAdapter
    context: AdapterContext
    clock: FakeClock
    streamed: bool = False
    """Utterances are parts of an answer that is still being written, so that they go by websocket."""

    def utterance(self, text: str, **parts: Any) -> Utterance:
        given = {"voice": "Rachel", "streamed": self.streamed, "answer_id": "a1" if self.streamed else "", **parts}
        return Utterance(text, **given)

    async def say(self, text: str = "Hello big world.", **parts: Any) -> Said:
        async with self.adapter.synthesize(self.utterance(text, **parts)) as stream:
            said = Said(stream.format)
            async for chunk in stream.chunks:
                said.pcm += chunk.pcm
                said.marks += chunk.marks
        return said

    def bodies(self) -> list[dict[str, Any]]:
        """What was POSTed, in order."""
        return [asked.body for asked in self.fake.asked if asked.method == "POST"]


@asynccontextmanager
async def cloud(*, streamed: bool = False, start: bool = True, **settings: Any) -> AsyncIterator[Cloud]:
    """Everything, started; and closed in the end, with nothing left open."""
    async with ElevenLabsServer() as fake:
        clock = FakeClock()
        context = AdapterContext(Path(), cast("Any", None), clock, WorkerSettings())
        written = {"type": "elevenlabs", "api_key": SecretStr(fake.key), "base_url": fake.url}
        written |= {"read_timeout_s": READ_S, "connect_timeout_s": READ_S, **settings}
        given = ElevenLabsSettings.model_validate(written)
        adapter = ElevenLabsAdapter("cloud", given, context, lull_s=LULL_S, settle_s=SETTLE_S)
        try:
            if start:
                await adapter.start()
            yield Cloud(fake, adapter, context, clock, streamed)
        finally:
            await adapter.aclose()
            await context.http.aclose()
        await fake.idle()
