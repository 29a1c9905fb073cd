"""Those that are compared, each in its best form, all with the same voice."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benchmarks.helper import helper
from benchmarks.peer import free_port, peer, until_it_listens
from benchmarks.side_by_side.caller_process import CallerProcess, caller_process
from benchmarks.side_by_side.contender import Contender
from benchmarks.texts import answer_of, sentence_of
from benchmarks.voices import add_costly
from tests.servers.real_server import real_server
from wyoming_tts.adapters.local.piper import LOOK_EVERY_S, PARTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from tests.servers.real_server import RealServer

OURS, PEER, ENGINE, MEMORY, BRIDGE = "wyoming-tts", "wyoming-piper", "bare piper-tts", "from memory", "wyoming-openai"
HOUSE_VOICE = "Bench"
"""Its chain is Piper alone."""
PATIENCE_S = 120.0
"""Nobody else shall speak in its place, however late it is: eSpeak NG would always be sooner."""
CUT_WITHIN_S = 120.0
WHOLE_SENTENCES: Mapping[str, object] = {"first_clause_after_s": 60.0}
"""Settings of the section `text` with which a text stream never begins with a clause."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """Starts contenders; each is a context, and its processes are gone when it is left."""

    folder: Path
    callers: CallerProcess
    voice_dir: Path | None
    bridge_python: Path | None = None
    """An interpreter that has wyoming-openai."""

    def data_dir(self, voices: int = 1) -> tuple[Path, str]:
        """Return a new data directory with so many voices that share one network, and the name of the first."""
        data_dir = Path(tempfile.mkdtemp(dir=self.folder))
        name = add_costly(data_dir, self.voice_dir).removeprefix("piper/")
        model = data_dir / "voices" / f"{name}.onnx"
        for number in range(1, voices):
            other = model.with_name(f"{further(name, number)}.onnx")
            other.symlink_to(model.resolve())
            other.with_name(f"{other.name}.json").symlink_to(model.with_name(f"{model.name}.json").resolve())
        return data_dir, name

    def servers(self) -> list[AbstractAsyncContextManager[Contender]]:
        """Return this server and its peers."""
        bridges = [self.bridge()] if self.bridge_python is not None else []
        return [self.ours(), self.peer(), *bridges]

    def everybody(self) -> list[AbstractAsyncContextManager[Contender]]:
        """Return the servers, the engine alone, and the server without an engine."""
        return [*self.servers(), self.engine(), self.memory()]

    @asynccontextmanager
    async def ours(
        self,
        name: str = OURS,
        *,
        cache: bool = False,
        text: Mapping[str, object] | None = None,
        home: tuple[Path, str] | None = None,
    ) -> AsyncIterator[Contender]:
        """`wyoming-tts serve`, as by default but for the cache and a voice that nobody stands in for."""
        data_dir, voice = home or self.data_dir()
        parts = data_dir / PARTS if self.voice_dir is not None else None
        port = free_port()
        config = data_dir / "bench.yaml"
        config.write_text(json.dumps(our_settings(voice, cache=cache, text=text or {})), encoding="utf-8")
        env = {
            "WYOMING_TTS_CACHE__ENABLED": str(cache).lower()
        }  # the tests' servers keep nothing, whatever a file says
        async with real_server(data_dir, "--config", str(config), uri=f"tcp://127.0.0.1:{port}", env=env) as server:
            await until_it_listens(port)
            yield Contender(name, self.callers, server.pid, port, HOUSE_VOICE, partial(_ready, server, parts))

    @asynccontextmanager
    async def peer(self, *, home: tuple[Path, str] | None = None) -> AsyncIterator[Contender]:
        """wyoming-piper, which streams sentence by sentence unless told otherwise."""
        data_dir, name = home or self.data_dir()
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wyoming_piper", "--uri", f"tcp://127.0.0.1:{port}", "--voice", name),
            *("--data-dir", str(data_dir / "voices"), "--download-dir", str(data_dir / "voices")),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await until_it_listens(port)
            yield Contender(PEER, self.callers, process.pid, port, name)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    @asynccontextmanager
    async def bridge(self) -> AsyncIterator[Contender]:
        """wyoming-openai before piper-tts behind OpenAI's speech API; the memory of both is not counted together."""
        assert self.bridge_python is not None
        data_dir, name = self.data_dir()
        async with (
            helper("piper_api", str(data_dir / "voices" / f"{name}.onnx")) as url,
            peer(self.bridge_python, url, "tts-1", "alloy") as (pid, port),
        ):
            yield Contender(BRIDGE, self.callers, pid, port, "alloy")

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Contender]:
        """piper-tts without a server."""
        data_dir, name = self.data_dir()
        async with caller_process("engine", str(data_dir / "voices" / f"{name}.onnx")) as itself:
            yield Contender(ENGINE, itself, itself.process.pid)

    @asynccontextmanager
    async def memory(self, *, audio_s: float = 2.5) -> AsyncIterator[Contender]:
        """The least that a Wyoming server can do: so much silence, from memory, whatever is asked."""
        async with helper("memory_server", "--audio-s", str(audio_s)) as port:
            yield Contender(MEMORY, self.callers, psutil.Process().pid, int(port))


def our_settings(voice: str, *, cache: bool, text: Mapping[str, object]) -> dict[str, object]:
    """Return settings as by default, but for the cache, one voice without substitutes, and what `text` adds."""
    return {
        "voices": [{"name": HOUSE_VOICE, "language": "en", "chain": [f"piper/{voice}"]}],
        "default_voice": HOUSE_VOICE,
        "fallback": {
            **dict.fromkeys(("first_audio_s", "last_first_audio_s", "gap_s"), PATIENCE_S),
            "hedge": "off",
        },
        "text": dict(text),
        "cache": {"enabled": cache},
    }


async def _ready(server: RealServer, parts: Path | None) -> None:
    """Wait until the voice is loaded, and cut in parts: that is done once in its life, beside the first answers.

    The voice that is made where the owner has none cannot be cut, and has no folder for its parts.
    """
    await server.said("ready")
    if parts is None:
        return
    async with asyncio.timeout(CUT_WITHIN_S):
        # Another process, which does not say so; one look at a folder holds up nobody.
        while not any(parts.glob("*/made.json")):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.1)
    await asyncio.sleep(LOOK_EVERY_S + 1.0)  # by then the server knows that the voice has word times


def further(name: str, number: int) -> str:
    """Return the name of a further voice like this one: `en_US-bench2-medium`."""
    language, dataset, quality = name.split("-")
    return f"{language}-{dataset}{number + 1}-{quality}"


async def warm(contenders: Sequence[Contender]) -> None:
    """Have each speak short and long texts, so that its voice is loaded, measured and has memory for long ones."""
    for contender in contenders:
        if contender.ready is not None:
            await contender.ready()
        for text in (sentence_of(40, seed="warm"), sentence_of(200, seed="warm"), answer_of(600, seed="warm")):
            await contender.hear_text(text)
