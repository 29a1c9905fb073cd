"""A house for tests of the wire: speaks in a tone at once, and fails, waits or stays silent as told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wyoming_tts.speech.audio import AudioFormat, Chunk
from wyoming_tts.synthesis.routing.catalog import Advertised

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from wyoming_tts.speech.request import SpeechRequest

VOICES = (
    Advertised(
        name="fake/anna",
        description="Anna · fake",
        languages=("de-DE", "en-US"),
        speakers=("calm", "glad"),
        version="1.0",
        attribution_name="Somebody",
        attribution_url="https://example.com",
    ),
    Advertised(name="fake/anna#calm", description="Anna, calm · fake", languages=("de-DE", "en-US")),
    Advertised(name="fake/ben", description="", languages=("fr-FR",)),
)


@dataclass(slots=True)
class Script:
    """How the house behaves."""

    rate: int = 22_050
    seconds_per_char: float = 0.01
    chunk_bytes: int = 16_384
    fail_first: Exception | None = None
    """Raised on entering an answer."""
    fail_after: tuple[int, Exception] | None = None
    """Raised after that many chunks of an answer."""
    gate: asyncio.Event | None = None
    """Every chunk waits for it."""
    ends_early: bool = False
    """The answer ends with the first text that was spoken, whether more comes or not."""


@dataclass(slots=True)
class FakeSpeaker:
    script: Script
    requests: list[SpeechRequest] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """Of each request, what has come of its text."""
    active: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)
    """An answer has been entered."""
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """An answer has been left."""

    @asynccontextmanager
    async def answer(self, request: SpeechRequest) -> AsyncIterator[FakeAnswer]:
        number = len(self.requests)
        self.requests.append(request)
        self.texts.append("")
        self.active += 1
        self.began.set()
        try:
            if self.script.fail_first is not None:
                raise self.script.fail_first
            yield FakeAnswer(self, number)
        finally:
            self.active -= 1
            self.left.set()


@dataclass(frozen=True, slots=True)
class FakeAnswer:
    speaker: FakeSpeaker
    number: int

    @property
    def format(self) -> AudioFormat:
        return AudioFormat(self.speaker.script.rate)

    async def chunks(self) -> AsyncIterator[Chunk]:
        script = self.speaker.script
        count = 0
        async for text in self.speaker.requests[self.number].texts:
            self.speaker.texts[self.number] += text
            for pcm in self._tones(text):
                if script.gate is not None:
                    await script.gate.wait()
                if script.fail_after is not None and count == script.fail_after[0]:
                    raise script.fail_after[1]
                yield Chunk(pcm)
                count += 1
            if script.ends_early:
                return

    def _tones(self, text: str) -> Iterator[bytes]:
        """Nothing for text without a letter or digit, else chunks that play for the text's time."""
        script = self.speaker.script
        chars = len(text) if any(char.isalnum() for char in text) else 0
        left = self.format.size(chars * script.seconds_per_char)
        while left:
            size = min(left, script.chunk_bytes)
            yield b"\x01\x10" * (size // 2)
            left -= size


@dataclass(slots=True)
class FakeCatalog:
    voices: tuple[Advertised, ...] = VOICES
    relays: tuple[str, ...] = ()

    def advertised(self) -> tuple[Advertised, ...]:
        return self.voices

    def relayed(self) -> tuple[str, ...]:
        return self.relays


@dataclass(slots=True)
class FakeHouse:
    script: Script = field(default_factory=Script)
    speaker: FakeSpeaker = field(init=False)
    catalog: FakeCatalog = field(default_factory=FakeCatalog)
    instance: str = "fake"
    holders: int = 0
    most_holders: int = 0

    def __post_init__(self) -> None:
        self.speaker = FakeSpeaker(self.script)

    @contextmanager
    def hold(self) -> Iterator[None]:
        self.holders += 1
        self.most_holders = max(self.most_holders, self.holders)
        try:
            yield
        finally:
            self.holders -= 1
