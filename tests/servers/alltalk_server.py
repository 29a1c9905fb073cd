"""AllTalk v2 on loopback, shaped by its own tts_server.py: one engine that makes one thing at a time.

A stop is a flag that only an engine that streams looks at, between two pieces; it stays up until somebody does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.servers.fake_api import PIECE_BYTES, FakeApi, Knob
from tests.servers.sounds import pcm, wav

if TYPE_CHECKING:
    from collections.abc import Mapping

RATE = 24_000
WORDS = 6
"""About 1.4 s of audio, 69 kB as WAV: many pieces on the wire."""
PACE_S = 0.005
"""Between two pieces of 20 ms, where the test asks for it."""
XTTS: Mapping[str, Any] = {
    "engines_available": ["f5tts", "piper", "vits", "xtts"],
    "current_engine_loaded": "xtts",
    "models_available": [{"name": "xtts - xttsv2_2.0.3"}, {"name": "apitts - xttsv2_2.0.3"}],
    "current_model_loaded": "xtts - xttsv2_2.0.3",
    "manufacturer_name": "Coqui",
    "audio_format": "wav",
    "generationspeed_capable": True,
    "generationspeed_set": 1,
    "lowvram_capable": True,
    "lowvram_enabled": False,
    "pitch_capable": False,
    "pitch_set": 0,
    "streaming_capable": True,
    "languages_capable": True,
    "multivoice_capable": True,
    "multimodel_capable": True,
}
PIPER: Mapping[str, Any] = {
    **XTTS,
    "current_engine_loaded": "piper",
    "current_model_loaded": "piper",
    "streaming_capable": False,
    "languages_capable": False,
}
SECRETS = "The text was: Hush, a word of the house."
"""Every refusal quotes the text, as real ones may."""


class AllTalkServer(FakeApi):
    """What a test may change at any time stands in its attributes."""

    def __init__(self, *, key: str = "") -> None:
        super().__init__(key=key)
        self.state = "Ready"
        self.settings: Any = dict(XTTS)
        """The body of `GET /api/currentsettings`."""
        self.voices: Any = ["female_01.wav", "male_01.wav", "latent:anna.json"]
        self.file_url = "/audio/{name}"
        """What a made file is called in the answer; older servers put their own idea of an address in front."""
        self.answer: Any = None
        """In place of the usual answer of `POST /api/tts-generate`."""
        self.fails_at = "speech"
        """Where the knob works: at the request for `speech`, or later at that for the `file`."""
        self.status = 0
        """What every request for speech is refused with, in AllTalk's own shape; 0 refuses none."""
        self.can_stop = True
        """An older server has no way to be told to stop."""
        self.paced = False
        """Pieces come in their time, so that there is one to stop at."""
        self.audio = pcm(WORDS, RATE)
        self.generating = False
        """`tts_generating_lock`"""
        self.stopping = False
        """`tts_stop_generation`"""
        self.stopped: list[str] = []
        """The texts that were stopped in the middle."""
        self.stop_gate: asyncio.Event | None = None
        """A request to stop is not answered while it is not set."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/ready", self._ready),
            web.get("/api/currentsettings", self._settings),
            web.get("/api/voices", self._voices),
            web.get("/api/tts-generate-streaming", self._stream),
            web.post("/api/tts-generate", self._make),
            web.get("/audio/{name}", self._file),
            web.put("/api/stop-generation", self._stop),
        ]

    def error_body(self, status: int) -> object:
        if status == 422:
            return {
                "detail": [{"type": "missing", "loc": ["body", "text_input"], "msg": "Field required", "input": None}]
            }
        if status == 404:
            return {"detail": "Not Found"}
        return {"status": "generate-failure", "error": f"Status {status}: {SECRETS} {self.key}"}

    def key_of(self, request: web.Request) -> str:
        return request.headers.get("Authorization", "")

    @property
    def paths(self) -> list[str]:
        """What was asked of it, `HEAD` left out."""
        return [f"{asked.method} {asked.path}" for asked in self.asked if asked.method != "HEAD"]

    @property
    def sent(self) -> list[Mapping[str, str]]:
        """The queries and forms of all requests for speech."""
        speech = {"/api/tts-generate-streaming", "/api/tts-generate"}
        return [asked.body or asked.query for asked in self.asked if asked.path in speech]

    async def _ready(self, _: web.Request) -> web.Response:
        return web.Response(text=self.state)

    async def _settings(self, _: web.Request) -> web.Response:
        return web.json_response(self.settings)

    async def _voices(self, _: web.Request) -> web.Response:
        if self.settings.get("multivoice_capable") is False:
            return web.json_response({"status": "error", "message": "The engine does not support multiple voices."})
        return web.json_response({"status": "success", "voices": self.voices})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self.status:
            return self.error(self.status)
        missing = {"text", "voice", "language", "output_file"} - set(request.query)
        if missing:
            return self.error(422)
        if self.settings.get("streaming_capable") is not True:
            return web.json_response({"error": f"Invalid value: Streaming not supported. {SECRETS}"}, status=400)
        return await self.spoken(request, wav(self.audio, RATE, streamed=True), "audio/wav")

    async def _send(self, request: web.Request, response: web.StreamResponse, body: bytes) -> None:
        if request.path != "/api/tts-generate-streaming" or self.knob is not Knob.OK:
            await super()._send(request, response, body)
            return
        self.generating = True
        try:
            for start in range(0, len(body), PIECE_BYTES):
                if self.stopping:
                    self.stopping = False
                    self.stopped.append(request.query["text"])
                    break
                await response.write(body[start : start + PIECE_BYTES])
                await asyncio.sleep(PACE_S if self.paced else 0)
            await response.write_eof()
        finally:
            self.generating = False

    async def _make(self, request: web.Request) -> web.StreamResponse:
        if self.status:
            return self.error(self.status)
        form = await request.post()
        if "text_input" not in form:
            return self.error(422)
        made = {
            "status": "generate-success",
            "output_file_path": "C:\\alltalk_tts\\outputs\\wyoming_tts_17320000001a2b3.wav",
            "output_file_url": self.file_url.format(name="wyoming_tts_17320000001a2b3.wav"),
            "output_cache_url": "/audiocache/wyoming_tts_17320000001a2b3.wav",
        }
        answer = web.json_response(made if self.answer is None else self.answer)
        if self.fails_at == "file":
            return answer
        self.generating = True
        try:
            assert isinstance(answer.body, bytes)
            return await self.spoken(request, answer.body, "application/json")
        finally:
            self.generating = False

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return await self.spoken(request, wav(self.audio, RATE), "audio/wav")

    async def _stop(self, _: web.Request) -> web.Response:
        if not self.can_stop:
            return self.error(404)
        if self.stop_gate is not None:
            await self.stop_gate.wait()
        if self.generating and not self.stopping:
            self.stopping = True
        return web.json_response({"message": "Cancelling current TTS generation"})
