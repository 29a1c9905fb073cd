"""Those that are compared, each in its best form, all with the same voice."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benchmarks.helper import helper
from benchmarks.peer import free_port, until_it_listens
from benchmarks.side_by_side.caller_process import CallerProcess, caller_process
from benchmarks.side_by_side.contender import Contender
from benchmarks.texts import answer_of, sentence_of
from benchmarks.voices import add_costly
from tests.servers.real_server import real_server
from wyoming_tts.settings.model import Settings, TextSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

OURS, PEER, ENGINE, MEMORY, BRIDGE = "wyoming-tts", "wyoming-piper", "bare piper-tts", "from memory", "wyoming-openai"
HOUSE_VOICE = "Bench"
"""Its chain is Piper alone."""
PATIENCE_S = 120.0
"""Nobody else shall speak in its place, however late it is: eSpeak NG would always be sooner."""
FIRST_CLAUSE = "first_clause"
"""What the section `text` calls it, see `clause_setting`."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """Starts contenders; each is a context, and its processes are gone when it is left."""

    folder: Path
    callers: CallerProcess
    voice_dir: Path | None
    bridge_python: Path | None = None
    """An interpreter that has wyoming-openai."""
    _numbers: list[int] = field(default_factory=list)

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

    @asynccontextmanager
    async def ours(
        self, *, cache: bool = False, text: dict[str, object] | None = None, home: tuple[Path, str] | None = None
    ) -> AsyncIterator[Contender]:
        """`wyoming-tts serve`, as by default but for the cache and a voice that nobody stands in for."""
        data_dir, name = home or self.data_dir()
        port = free_port()
        config = data_dir / "bench.yaml"
        config.write_text(json.dumps(our_settings(name, cache=cache, text=text or {})), encoding="utf-8")
        async with real_server(data_dir, "--config", str(config), uri=f"tcp://127.0.0.1:{port}") as server:
            await until_it_listens(port)
            yield Contender(OURS, self.callers, server.pid, port, HOUSE_VOICE)

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


def our_settings(voice: str, *, cache: bool, text: dict[str, object]) -> dict[str, object]:
    """Return settings as by default, but for the cache, one voice without substitutes, and what `text` adds."""
    settings: dict[str, object] = {
        "voices": [{"name": HOUSE_VOICE, "language": "en", "chain": [f"piper/{voice}"]}],
        "default_voice": HOUSE_VOICE,
        "fallback": {
            **dict.fromkeys(("first_audio_s", "last_first_audio_s", "gap_s"), PATIENCE_S),
            "hedge": "off",
        },
        "text": text,
    }
    if "cache" in Settings.model_fields:
        settings["cache"] = {"enabled": cache}
    return settings


def clause_setting() -> str | None:
    """Return the setting of the section `text` that lets a text stream begin with a clause; None without one."""
    return next((name for name in TextSettings.model_fields if name.startswith(FIRST_CLAUSE)), None)


def further(name: str, number: int) -> str:
    """Return the name of a further voice like this one: `en_US-bench2-medium`."""
    language, dataset, quality = name.split("-")
    return f"{language}-{dataset}{number + 1}-{quality}"


async def warm(contenders: Sequence[Contender]) -> None:
    """Have each speak short and long texts, so that its voice is loaded, measured and has memory for long ones."""
    for contender in contenders:
        for text in (sentence_of(40, seed="warm"), sentence_of(200, seed="warm"), answer_of(600, seed="warm")):
            await contender.hear_text(text)
