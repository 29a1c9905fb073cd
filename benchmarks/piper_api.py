"""piper-tts behind OpenAI's speech API: raw PCM or WAV, sentence by sentence as the engine has it.

For a bridge that needs such a server. `python -m benchmarks.piper_api VOICE.onnx` prints its address when it listens,
and ends when its input does.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web
from piper import PiperVoice

from tests.servers.sounds import wav

if TYPE_CHECKING:
    from collections.abc import Iterator


class PiperApi:
    """One engine, one text at a time, beside the loop that writes."""

    def __init__(self, voice: PiperVoice) -> None:
        self._voice = voice
        self._engine = ThreadPoolExecutor(1)
        self._turn = asyncio.Lock()

    async def speech(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        kind = asked.get("response_format", "wav")
        response = web.StreamResponse(headers={"Content-Type": f"audio/{kind}"})
        await response.prepare(request)
        loop = asyncio.get_running_loop()
        async with self._turn:
            sentences = self._sentences(asked["input"])
            with suppress(ConnectionError):
                if kind == "wav":
                    await response.write(wav(b"", self._voice.config.sample_rate, streamed=True))
                while pcm := await loop.run_in_executor(self._engine, next, sentences, b""):
                    await response.write(pcm)
                await response.write_eof()
        return response

    def _sentences(self, text: str) -> Iterator[bytes]:
        return (sentence.audio_int16_bytes for sentence in self._voice.synthesize(text))


async def main() -> None:
    voice = await asyncio.to_thread(PiperVoice.load, sys.argv[1])
    app = web.Application()
    app.add_routes([web.post("/v1/audio/speech", PiperApi(voice).speech)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
