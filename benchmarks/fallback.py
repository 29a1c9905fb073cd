"""First audio when the first voice of a chain is broken, and what an open circuit costs beside having no such voice."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.measure import IN_MS, Summary
from benchmarks.options import parser
from benchmarks.report import Figure, Report
from benchmarks.texts import text_of
from tests.fakes.house_parts import Parts, provider, request
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.espeak import EspeakSettings, build
from wyoming_tts.errors import BadCredentials, ProviderUnavailable, QuotaExhausted, RateLimited
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.synthesis.health.breaker import BreakerState
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.telemetry.clock import SystemClock
from wyoming_tts.telemetry.log import configure
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator

    from wyoming_tts.adapters.base import Adapter

CHARS = 60
CLOSED_S = 1.6
"""Promised as heard, with the circuit closed."""
OPEN_COST_S = 0.005
"""Promised with the circuit open, over having no such voice at all."""
WORDS_IN_A_SECOND = 10
"""The double says a word in 0.1 s."""

BROKEN: dict[str, Callable[[], Faults]] = {
    "refuses": lambda: Faults(refuse=ProviderUnavailable),
    "asks to slow down (429)": lambda: Faults(refuse=RateLimited),
    "refuses the key (401)": lambda: Faults(refuse=BadCredentials),
    "has no credit left": lambda: Faults(refuse=QuotaExhausted),
    "hangs": lambda: Faults(stall_after_words=0),
    "is cut after 1 s": lambda: Faults(cut_after_words=WORDS_IN_A_SECOND),
}


@dataclass
class Case:
    """One house, asked again and again."""

    parts: Parts
    first: WordAdapter | None
    numbers: Iterator[int]

    async def first_audio_s(self) -> float:
        asked = replace(request(text_of(CHARS, seed=next(self.numbers))), id=f"r{next(self.numbers)}")
        began = perf_counter()
        async with self.parts.speaker.answer(asked) as answer:
            async for _ in answer.chunks():
                return perf_counter() - began
        raise RuntimeError("nothing was heard")

    def close_circuit(self) -> None:
        for each in self.parts.catalog.providers:
            each.breaker.reset()

    @property
    def is_open(self) -> bool:
        return self.parts.catalog.providers[0].breaker.state is BreakerState.OPEN


async def run(options: Namespace) -> Report:
    """Measure all cases in turn, so that a slow moment of the machine meets them alike."""
    async with AsyncExitStack() as stack:
        espeak = await _espeak(stack)
        alone = _case(None, espeak, hedge=True)
        closed = {
            f"{what}, {'hedged' if hedge else 'not hedged'}": _case(make(), espeak, hedge=hedge)
            for what, make in BROKEN.items()
            for hedge in (True, False)
        }
        paused = _case(Faults(refuse=ProviderUnavailable), espeak, hedge=True)
        times: dict[str, list[float]] = {name: [] for name in ("nobody before it", "circuit open", *closed)}
        await alone.first_audio_s()
        until = perf_counter() + options.seconds
        for _ in range(options.count):
            for name, case in closed.items():
                case.close_circuit()
                times[name].append(await case.first_audio_s())
            for _ in range(5):
                times["nobody before it"].append(await alone.first_audio_s())
                while not paused.is_open:
                    await paused.first_audio_s()
                times["circuit open"].append(await paused.first_audio_s())
            if perf_counter() > until:
                break
    found = {name: Summary.of(values) for name, values in times.items()}
    worst = max(max(times[name]) for name in closed)
    cost = found["circuit open"].median - found["nobody before it"].median
    figures = [
        Figure("slowest with the circuit closed", worst * 1e3, CLOSED_S * 1e3, "ms"),
        Figure("an open circuit costs, in the median", cost * 1e3, OPEN_COST_S * 1e3, "ms"),
    ]
    rows = [(name, *summary.in_ms()) for name, summary in found.items()]
    return Report("fallback", ("eSpeak NG speaks, the voice before it", *IN_MS), rows, figures)


async def _espeak(stack: AsyncExitStack) -> Adapter:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    clock = SystemClock()
    espeak = build(
        "espeak", EspeakSettings(), AdapterContext(folder, WorkerPool(None, clock=clock), clock, WorkerSettings())
    )
    await espeak.start()
    stack.push_async_callback(espeak.aclose)
    return espeak


def _case(faults: Faults | None, espeak: Adapter, *, hedge: bool) -> Case:
    first = None if faults is None else WordAdapter("cloud", Vocabulary(), faults=faults)
    providers = [provider(adapter, gap_s=1.5) for adapter in (first, espeak) if adapter is not None]
    manner = Manner(hedge="free" if hedge else "off")
    return Case(Parts(*providers, manner=manner), first, count())


def main() -> int:
    options = parser(__doc__, count=20, seconds=180).parse_args()
    configure("error", "console")
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
