"""Speech servers of OpenAI's kind that nobody here wrote, as processes with a tiny Piper voice."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from tests.fakes.piper_voice import build_piper_voice
from tests.servers.uncovered import UNCOVERED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

VOICE = "en_US-tiny-low"
SAMPLES_PER_ID = 400
"""Makes it speak about as fast as people do: what is far shorter than its text counts as cut off."""
WITHIN_S = 60.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class SpeechServer:
    """One that is running."""

    base_url: str
    key: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def loudness(folder: Path, *, key: str = "sekret-loudness") -> AsyncIterator[SpeechServer]:
    """loudness-tts: a small threaded server; WAV with a length, PCM resampled to 24 kHz, errors of its own codes."""
    model = build_piper_voice(folder, VOICE, samples_per_id=SAMPLES_PER_ID)
    launcher = Path(__file__).with_name("loudness_launcher.py")
    port = _free_port()
    async with _process(port, "/health", str(launcher), str(port), str(model), key) as process:
        yield SpeechServer(f"http://127.0.0.1:{port}/v1", key, process)


@asynccontextmanager
async def studio(folder: Path, *, key: str = "sekret-studio") -> AsyncIterator[SpeechServer]:
    """local-tts-studio: on uvicorn; ignores voice and model, and answers a web page to what it does not know."""
    build_piper_voice(folder / "voices", VOICE, samples_per_id=SAMPLES_PER_ID)
    settings = {
        "voices_dir": str(folder / "voices"),
        "device": "cpu",
        "api_default_voice": VOICE,
        "api_key_enabled": True,
        "api_key": key,
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    port = _free_port()
    program = str(Path(sys.executable).with_name("local-tts"))
    env = {"LOCAL_TTS_DATA_DIR": str(folder)}
    async with _process(port, "/api/health", program, "--port", str(port), env=env) as process:
        yield SpeechServer(f"http://127.0.0.1:{port}/v1", key, process)


@asynccontextmanager
async def _process(
    port: int, health: str, *command: str, env: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, **UNCOVERED, **(env or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _ready(f"http://127.0.0.1:{port}{health}", process)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _ready(url: str, process: asyncio.subprocess.Process) -> None:
    """Ask until it answers: only the server itself knows when that is."""
    async with asyncio.timeout(WITHIN_S), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, "it ended before it was ready"
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(LOOK_EVERY_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
