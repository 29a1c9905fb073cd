"""What lies between the first byte of a server with OpenAI's speech API and the first audio of ours.

Beside a client that reads the same server's bytes itself, and with `--peer PYTHON` beside `wyoming-openai`, if that
interpreter has it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import aiohttp
import psutil

from benchmarks.client import Client
from benchmarks.helper import helper
from benchmarks.measure import IN_MS, Summary
from benchmarks.options import parser
from benchmarks.peer import peer
from benchmarks.report import Figure, Report
from benchmarks.speech_api import SPOKEN_WORDS
from benchmarks.texts import text_of
from tests.servers.openai_server import RATE
from tests.servers.real_server import real_server
from tests.servers.sounds import pcm
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.remote.openai.adapter import OpenAiAdapter
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.net.http_session import HttpSession
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.telemetry.clock import SystemClock
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from argparse import Namespace

FORMATS = ("pcm", "wav", "mp3", "opus")
PROMISED_S = {"pcm": 0.003, "wav": 0.003}
MODEL, VOICE = "tts-1", "alloy"
CHARS = 40
WARM_UP = 10
AT_ONCE, ROUNDS = 32, 6
FASTER = 1
"""Than it is played, for those side by side: 32 rooms that listen. At 2 the two cores of this machine are full."""
PROMISED_AT_ONCE_S = 0.015
AUDIO_S = len(pcm(SPOKEN_WORDS, RATE)) / (2 * RATE)


@dataclass(frozen=True, slots=True)
class Direct:
    """Reads the server's bytes itself, over connections that stay open."""

    session: aiohttp.ClientSession
    url: str
    response_format: str

    async def first_audio_s(self, text: str, *, streamed: bool = False) -> float:  # noqa: ARG002 - as `Client` has it
        body = {"model": MODEL, "voice": VOICE, "input": text, "response_format": self.response_format}
        began = perf_counter()
        async with self.session.post(f"{self.url}/v1/audio/speech", json=body) as response:
            await response.content.readany()
            took = perf_counter() - began
            await response.read()
        return took


@dataclass(frozen=True, slots=True)
class Alone:
    """Our adapter by itself, in the process of the one who measures: no Wyoming, no house."""

    adapter: OpenAiAdapter

    async def first_audio_s(self, text: str, *, streamed: bool = False) -> float:  # noqa: ARG002 - as `Client` has it
        began = perf_counter()
        async with self.adapter.synthesize(Utterance(text, VOICE)) as stream:
            await anext(stream.chunks)
            took = perf_counter() - began
            async for _ in stream.chunks:
                pass
        return took


Speaker = Client | Direct | Alone


async def run(options: Namespace) -> Report:
    rows: list[tuple[str, ...]] = []
    figures = []
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(helper("speech_api"))
        crowd_url = await stack.enter_async_context(helper("speech_api", "--faster", str(FASTER)))
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = await stack.enter_async_context(real_server(folder, "--config", str(_config(folder, url, crowd_url))))
        port = await server.port()
        pids = {"ours": server.pid}
        peers: dict[str, Speaker] = {}
        if options.peer is not None:
            _, peer_port = await stack.enter_async_context(peer(options.peer, url, MODEL, VOICE))
            peers["wyoming-openai"] = Client(peer_port, VOICE)
        for format_ in FORMATS:
            speakers: dict[str, Speaker] = {
                "direct": Direct(session, url, format_),
                "the adapter alone": Alone(await _adapter(stack, url, format_)),
                "ours": Client(port, f"{format_}/{VOICE}"),
                **(peers if format_ == "wav" else {}),
            }
            for streamed in (False, True):
                found = await _in_turn(speakers, options, streamed=streamed)
                form = f"{format_}, {'text stream' if streamed else 'one-shot'}"
                rows += _rows(form, found)
                if format_ in PROMISED_S and not streamed:
                    added_s = found["the adapter alone"].median - found["direct"].median
                    what = f"{form}: median added by the adapter"
                    figures.append(Figure(what, added_s * 1e3, PROMISED_S[format_] * 1e3, "ms"))
        together: dict[str, Speaker] = {
            "direct": Direct(session, crowd_url, "wav"),
            "ours": Client(port, f"crowd/{VOICE}"),
        }
        if options.peer is not None:
            pids["wyoming-openai"], peer_port = await stack.enter_async_context(
                peer(options.peer, crowd_url, MODEL, VOICE)
            )
            together["wyoming-openai"] = Client(peer_port, VOICE)
        crowd = {name: await _at_once(speaker, pids.get(name)) for name, speaker in together.items()}
        rows += _rows(f"wav, {AT_ONCE} side by side", {name: times for name, (times, _) in crowd.items()})
        added_s = crowd["ours"][0].p95 - crowd["direct"][0].p95
        figures.append(Figure(f"{AT_ONCE} side by side: p95 added", added_s * 1e3, PROMISED_AT_ONCE_S * 1e3, "ms"))
        rows += [
            (f"processor seconds for an hour of audio: {name}", "", f"{cpu_s:.1f}", *[""] * 4)
            for name, (_, cpu_s) in crowd.items()
            if cpu_s
        ]
    return Report("remote", ("request to first audio", *IN_MS, "added ms"), rows, figures)


def _config(folder: Path, url: str, crowd_url: str) -> Path:
    """Write settings with one provider for each format and one for the crowd, and return the file."""
    addresses = {**dict.fromkeys(FORMATS, url), "crowd": crowd_url}
    providers = {
        name: {
            "type": "openai",
            "base_url": address,
            "response_format": name if name in FORMATS else "wav",
            "concurrency": AT_ONCE,
        }
        for name, address in addresses.items()
    }
    file = folder / "house.yaml"
    settings = {"providers": {**providers, "piper": {"type": "piper", "enabled": False}}, "fallback": {"hedge": "off"}}
    file.write_text(json.dumps(settings), encoding="utf-8")
    return file


async def _adapter(stack: AsyncExitStack, url: str, response_format: str) -> OpenAiAdapter:
    """Return an adapter that has started and is closed with the stack."""
    clock, http = SystemClock(), HttpSession()
    context = AdapterContext(Path(), WorkerPool(None, clock=clock), clock, WorkerSettings(), http=http)
    settings = OpenAiSettings.model_validate({"base_url": url, "response_format": response_format})
    adapter = OpenAiAdapter("alone", settings, context)
    stack.push_async_callback(http.aclose)
    stack.push_async_callback(adapter.aclose)
    await adapter.start()
    return adapter


async def _in_turn(speakers: dict[str, Speaker], options: Namespace, *, streamed: bool) -> dict[str, Summary]:
    """Ask all in turn, each first every other time."""
    times: dict[str, list[float]] = {name: [] for name in speakers}
    until = perf_counter() + options.seconds
    for number in range(-WARM_UP, options.count):
        order = list(speakers.items())
        for name, speaker in order if number % 2 else reversed(order):
            took = await speaker.first_audio_s(text_of(CHARS, seed=number + WARM_UP), streamed=streamed)
            if number >= 0:
                times[name].append(took)
        if perf_counter() > until and number >= 0:
            break
    return {name: Summary.of(found) for name, found in times.items()}


async def _at_once(speaker: Speaker, pid: int | None) -> tuple[Summary, float]:
    """Return the first audio where many speak side by side, and the processor seconds that an hour of it takes."""
    before_s = _cpu_s(pid)
    talks = await asyncio.gather(*(_talk(speaker, number) for number in range(AT_ONCE)))
    spent_s = _cpu_s(pid) - before_s
    return Summary.of([took for talk in talks for took in talk]), spent_s / (ROUNDS * AT_ONCE * AUDIO_S) * 3600


async def _talk(speaker: Speaker, number: int) -> list[float]:
    """Speak one text after the other; everybody begins at another moment, as people do."""
    await asyncio.sleep(number / AT_ONCE * AUDIO_S / FASTER)
    texts = [text_of(CHARS, seed=100 * number + round_) for round_ in range(ROUNDS)]
    return [await speaker.first_audio_s(text) for text in texts]


def _cpu_s(pid: int | None) -> float:
    if pid is None:
        return 0.0
    spent = psutil.Process(pid).cpu_times()
    return float(spent.user + spent.system)


def _rows(form: str, found: dict[str, Summary]) -> list[tuple[str, ...]]:
    least = found["direct"].median
    return [
        (f"{form}: {name}", *times.in_ms(), "" if name == "direct" else f"{(times.median - least) * 1e3:+.1f}")
        for name, times in found.items()
    ]


def main() -> int:
    made = parser(__doc__, count=100, seconds=30)
    made.add_argument("--peer", type=Path, metavar="PYTHON", help="an interpreter that has wyoming-openai")
    options = made.parse_args()
    return asyncio.run(run(options)).finish(options)


if __name__ == "__main__":
    sys.exit(main())
