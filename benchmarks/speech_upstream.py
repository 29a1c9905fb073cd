"""A speech server of OpenAI's kind that answers from memory: what a bridge takes longer is the bridge's own work.

`model: paced` sends the audio four times as fast as it plays, anything else at once. Prints its port when it listens,
and ends when its input does.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from aiohttp import web

from tests.servers.sounds import encoded, pcm, wav

RATE = 24_000
PIECE_S = 0.04
"""Of audio in one write, as a model's codec yields it."""
PACE = 4.0
WORDS_PER_S = 1 / 0.24
"""Of the tones that stand for words."""


class SpeechUpstream:
    """Has one recording, in every format."""

    def __init__(self, seconds: float) -> None:
        sound = pcm(round(seconds * WORDS_PER_S), RATE)
        self.seconds = len(sound) / 2 / RATE
        self._bodies = {
            "pcm": (sound, "audio/pcm"),
            "wav": (wav(sound, RATE, streamed=True), "audio/wav"),
            "mp3": (encoded(sound, RATE, "MP3"), "audio/mpeg"),
            "opus": (encoded(sound, RATE, "OGG"), "audio/ogg"),
            "flac": (encoded(sound, RATE, "FLAC"), "audio/flac"),
        }

    async def speak(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        body, content_type = self._bodies[asked.get("response_format", "mp3")]
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        piece = max(1, round(len(body) * PIECE_S / self.seconds))
        for start in range(0, len(body), piece):
            await response.write(body[start : start + piece])
            if asked.get("model") == "paced":
                await asyncio.sleep(PIECE_S / PACE)
        await response.write_eof()
        return response

    async def models(self, _request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": "tts-1", "object": "model"}]})


async def main(options: argparse.Namespace) -> None:
    upstream = SpeechUpstream(options.audio_s)
    app = web.Application()
    app.add_routes([web.post("/v1/audio/speech", upstream.speak), web.get("/v1/models", upstream.models)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=256).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio-s", type=float, default=2.5, help="what 40 characters take to speak")
    asyncio.run(main(parser.parse_args()))
