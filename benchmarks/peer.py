"""Another bridge from Wyoming to OpenAI's speech API, to compare with: `wyoming-openai`, in its own interpreter."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WITHIN_S = 30.0
LOOK_EVERY_S = 0.02


@asynccontextmanager
async def peer(python: Path, url: str, model: str, voice: str) -> AsyncIterator[tuple[int, int]]:
    """Run it; entered with its process id and its port once it listens, left with it gone."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(str(python), "-m", "wyoming_openai", "--uri", f"tcp://127.0.0.1:{port}", "--languages", "en"),
        *("--tts-openai-url", f"{url}/v1", "--tts-openai-key", "none", "--log-level", "ERROR"),
        *("--tts-models", model, "--tts-streaming-models", model, "--tts-voices", voice),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until_it_listens(port)
        yield process.pid, port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def free_port() -> int:
    """Return a port that was free a moment ago, for a server that does not say which one it took."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def until_it_listens(port: int) -> None:
    """Wait until somebody accepts connections there."""
    async with asyncio.timeout(WITHIN_S):
        while not await _listens(port):  # noqa: ASYNC110 - another process, which says nothing
            await asyncio.sleep(LOOK_EVERY_S)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
