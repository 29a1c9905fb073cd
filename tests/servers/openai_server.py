"""A server with OpenAI's speech API on loopback, shaped by its published reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.servers.fake_api import FakeApi
from tests.servers.sounds import encoded, pcm, wav

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RATE = 24_000
WORDS = 6
"""About 1.4 s of audio, 69 kB as WAV: many pieces on the wire."""
MAX_CHARS = 4096
VOICES = ("alloy", "ash", "coral", "nova")
MODELS = ("tts-1", "gpt-4o-mini-tts")

CONTENT_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
_FILES = {"mp3": "MP3", "opus": "OGG", "flac": "FLAC"}

VOICE_LISTS: Mapping[str, Any] = {
    "strings": list(VOICES),
    "objects": [{"id": name, "name": name.title()} for name in VOICES],
    "voices": {"voices": list(VOICES)},
    "voices of objects": {"voices": [{"id": name, "name": name} for name in VOICES]},
    "data": {"object": "list", "data": [{"id": name, "object": "voice"} for name in VOICES]},
}
"""Every shape seen in the wild, by name."""


def openai_error(status: int) -> object:
    """`{"error": {...}}`, as OpenAI, vLLM and SGLang send it."""
    kinds = {
        400: ("invalid_request_error", None),
        401: ("invalid_request_error", "invalid_api_key"),
        404: ("invalid_request_error", "model_not_found"),
        429: ("requests", "rate_limit_exceeded"),
    }
    kind, code = kinds.get(status, ("server_error", None))
    return {"error": {"message": f"Status {status}: {SECRETS}", "type": kind, "param": None, "code": code}}


def detail_text(status: int) -> object:
    """`{"detail": "..."}`, as FastAPI's HTTPException sends it."""
    return {"detail": f"Status {status}: {SECRETS}"}


def detail_object(status: int) -> object:
    """`{"detail": {...}}`, as Kokoro-FastAPI sends it."""
    return {"detail": {"error": "validation_error", "message": SECRETS, "type": f"status_{status}_error"}}


def detail_list(status: int) -> object:  # noqa: ARG001 - the same for each
    """`{"detail": [...]}`, as FastAPI's own validation sends it, with the offending input."""
    return {"detail": [{"type": "string_too_long", "loc": ["body", "input"], "msg": "too long", "input": SECRETS}]}


def error_text(status: int) -> object:
    """`{"error": "..."}`, as openai-edge-tts sends it."""
    return {"error": f"Status {status}: {SECRETS}"}


ERROR_SHAPES = (openai_error, detail_text, detail_object, detail_list, error_text)
SECRETS = "Incorrect API key provided: sk-secret-0123456789. The text was: Hush, a word of the house."
"""Every refusal quotes the key and the text, as real ones do."""


class OpenAiServer(FakeApi):
    """What a test may change at any time stands in its attributes."""

    def __init__(self, *, key: str = "") -> None:
        super().__init__(key=key)
        self.voice_list: Any = VOICE_LISTS["voices"]
        """The body of `GET /v1/audio/voices`; None for a server without that path."""
        self.model_list: Any = {"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]}
        """The body of `GET /v1/models`; None for a server without that path."""
        self.refuse_lists = 0
        """The status that both lists are answered with; 0 answers them."""
        self.voices: tuple[str, ...] = VOICES
        """Those it speaks with."""
        self.models: tuple[str, ...] = MODELS
        self.error_shape: Callable[[int], object] = openai_error
        self.audio = pcm(WORDS, RATE)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/audio/speech", self._speech),
            web.get("/v1/audio/voices", self._voices),
            web.get("/v1/models", self._models),
        ]

    def error_body(self, status: int) -> object:
        return self.error_shape(status)

    def key_of(self, request: web.Request) -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The bodies of all requests for speech."""
        return [asked.body for asked in self.asked if asked.path == "/v1/audio/speech"]

    def body_of(self, response_format: str) -> bytes:
        """Return the audio in a format."""
        if response_format == "pcm":
            return self.audio
        if response_format in _FILES:
            return encoded(self.audio, RATE, _FILES[response_format])
        return wav(self.audio, RATE, streamed=True)

    async def _speech(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        text = asked.get("input")
        response_format = asked.get("response_format", "mp3")
        if not isinstance(text, str) or not text or len(text) > MAX_CHARS or not asked.get("model"):
            return self.error(400)
        if response_format not in CONTENT_TYPES or not 0.25 <= asked.get("speed", 1.0) <= 4.0:
            return self.error(400)
        if asked["model"] not in self.models:
            return self.error(404)
        if asked.get("voice") not in self.voices:
            return self.error(400)
        return await self.spoken(request, self.body_of(response_format), CONTENT_TYPES[response_format])

    async def _voices(self, request: web.Request) -> web.Response:  # noqa: ARG002 - as aiohttp calls it
        return self._list(self.voice_list)

    async def _models(self, request: web.Request) -> web.Response:  # noqa: ARG002 - as aiohttp calls it
        return self._list(self.model_list)

    def _list(self, body: Any) -> web.Response:
        if self.refuse_lists:
            return self.error(self.refuse_lists)
        return self.error(404) if body is None else web.json_response(body)
