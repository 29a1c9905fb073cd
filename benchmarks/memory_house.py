"""Our whole way from socket to socket round an engine that costs nothing: audio from memory, in steps or at once.

What this process spends is the server's own work. Prints its port when it listens, and ends when its input does.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import structlog

from tests.servers.sounds import SYLLABLE_S, pcm
from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.audio import level, resample
from wyoming_tts.speech.audio import AudioFormat, AudioStream, Chunk, Mark
from wyoming_tts.speech.voice import Voice, VoiceName
from wyoming_tts.store.budget import UNLIMITED
from wyoming_tts.store.database import Database
from wyoming_tts.store.ledger import Ledger
from wyoming_tts.store.levels import Levels
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
from wyoming_tts.synthesis.carrying_on.completeness import Completeness
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick
from wyoming_tts.synthesis.health.breaker import CircuitBreaker
from wyoming_tts.synthesis.loudness.level_book import LevelBook
from wyoming_tts.synthesis.provider import Provider
from wyoming_tts.synthesis.routing.catalog import Catalog
from wyoming_tts.synthesis.routing.router import Router
from wyoming_tts.synthesis.speaker import Speaker, SpeakerOptions
from wyoming_tts.synthesis.wrappers.stack import Shared, stacked
from wyoming_tts.telemetry.clock import SystemClock
from wyoming_tts.telemetry.log import configure
from wyoming_tts.text.words import word_starts
from wyoming_tts.wire.limits import WireLimits
from wyoming_tts.wire.server import WyomingServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from wyoming_tts.speech.utterance import Utterance

RATE = 22_050
FIRST_S = 0.2
"""Of audio: what an engine has at hand when it begins."""
WORD_S = SYLLABLE_S * 1.2
TARGET_LUFS = -20.0
EAGER_COLLECTOR = 700
"""Of objects after which Python looks for cycles, unless told otherwise."""


class MemoryAdapter(Adapter):
    """Says every word in the same time, the first moment at once and the rest in even steps."""

    def __init__(self, name: str, options: argparse.Namespace) -> None:
        super().__init__(name)
        self._format = AudioFormat(options.rate)
        self._step_s = options.step_ms / 1000
        self._faster = options.faster
        self._marks = options.marks
        count = options.voices if name == "memory" else 1
        self._voices = tuple(Voice(f"voice-{number}", ("en-US",), quality=1, version="1") for number in range(count))
        self._word = pcm(1, options.rate)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(streams=True, marks=self._marks)

    async def start(self) -> None:
        pass

    def voices(self) -> Sequence[Voice]:
        return self._voices

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        yield AudioStream(self._format, self._chunks(utterance.text))

    async def _chunks(self, text: str) -> AsyncIterator[Chunk]:
        starts = word_starts(text)
        audio = self._word * len(starts)
        marks = [Mark(start, number * WORD_S) for number, start in enumerate(starts)] if self._marks else []
        at, size = 0, self._format.size(FIRST_S)
        while at < len(audio):
            until_s = self._format.seconds(at + size)
            ready = tuple(mark for mark in marks if mark.at_s < until_s)
            marks = marks[len(ready) :]
            yield Chunk(audio[at : at + size], ready)
            at, size = at + size, self._format.size(self._step_s)
            if self._faster:
                await asyncio.sleep(self._step_s / self._faster)

    async def probe(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


class MemoryHouse:
    """As much of a house as the wire needs, with the wrappers and the routing of a real one."""

    instance = "memory"

    def __init__(self, options: argparse.Namespace) -> None:
        clock, database = SystemClock(), Database(None)
        levels = LevelBook(Levels(database), target_lufs=TARGET_LUFS)
        adapters = [MemoryAdapter(name, options) for name in ("memory", "espeak")]
        for voice in adapters[0].voices():
            levels.learn(VoiceName("memory", voice.name), "1", TARGET_LUFS - options.gain_db)
        carry_on = CarryOn(Yardstick(adapters[1]), Paces())
        shared = Shared(
            clock=clock,
            gap_s=1.5,
            completeness=Completeness(carry_on.yardstick, carry_on.paces),
            ledger=Ledger(database),
            levels=levels,
        )
        providers = []
        for adapter in adapters:
            breaker = CircuitBreaker(adapter.name, clock)
            admission = Admission(adapter, breaker)
            stack = stacked(adapter, breaker, admission, UNLIMITED, shared)
            providers.append(Provider(adapter, stack, breaker, admission, advertised=adapter.name != "espeak"))
        self.catalog = Catalog(providers)
        router = Router(self.catalog, last_resort="espeak", default_voice=None, default_language="en-US")
        self.speaker = Speaker(router, SpeakerOptions(), carry_on=carry_on, clock=clock)

    @contextmanager
    def hold(self) -> Iterator[None]:
        yield


async def serve(options: argparse.Namespace) -> None:
    configure("info", "json")
    structlog.get_logger(__name__).info("loop", kind=type(asyncio.get_running_loop()).__module__)
    level.libraries()
    resample.libraries()
    house = MemoryHouse(options)
    server = WyomingServer("tcp://127.0.0.1:0", lambda: house, WireLimits())
    await server.start()
    if options.freeze:
        gc.collect()
        gc.freeze()
    if options.collect_after != EAGER_COLLECTOR:
        gc.set_threshold(options.collect_after, 10, 10)
    print(server.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.aclose()


def arguments() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--rate", type=int, default=RATE)
    made.add_argument("--step-ms", type=float, default=60.0, help="of audio in one piece")
    made.add_argument("--faster", type=float, default=0.0, help="than it is played; 0 for all at once")
    made.add_argument("--gain-db", type=float, default=0.0, help="by how much the voice is made louder")
    made.add_argument("--voices", type=int, default=1, help="that the provider has")
    made.add_argument("--marks", action=argparse.BooleanOptionalAction, default=True, help="with word times")
    made.add_argument("--uvloop", action="store_true", help="another event loop, where it is installed")
    made.add_argument("--freeze", action="store_true", help="keep what was made at the start out of collections")
    made.add_argument("--collect-after", type=int, default=EAGER_COLLECTOR, help="so many new objects")
    return made


def main() -> None:
    options = arguments().parse_args()
    if options.uvloop:
        import uvloop  # type: ignore[import-not-found]  # noqa: PLC0415 - not among our dependencies

        uvloop.run(serve(options))
    else:
        asyncio.run(serve(options))


if __name__ == "__main__":
    main()
