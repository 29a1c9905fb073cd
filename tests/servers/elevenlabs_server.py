"""A fake ElevenLabs: voices in pages, models, the account, speech with times by HTTP and by websocket.

Refusals are as published: `{"detail": {type, code, message, status, request_id}}` with a status, or
`{"message", "error", "code": 1008}` on a websocket that was let in first, whatever is wrong.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.servers.elevenlabs_speech import Times, in_milliseconds, in_seconds, spoken, timed
from tests.servers.fake_api import HTML, SLOW_S, STATUSES, FakeApi, Knob
from tests.servers.sounds import encoded, pcm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

RACHEL, ROGER, ANNA = "21m00Tcm4TlvDq8ikWAM", "CwhRBWXzGAHq8TQ4Fs17", "ANNAxx11111111111111"
CODES = {
    400: ("validation_error", "max_character_limit_exceeded"),
    401: ("authentication_error", "invalid_api_key"),
    402: ("payment_required", "paid_plan_required"),
    403: ("authorization_error", "output_format_not_allowed"),
    404: ("not_found", "voice_not_found"),
    429: ("rate_limit_error", "rate_limit_exceeded"),
    500: ("server_error", "internal_error"),
}
BIG_FORMATS = {"pcm_44100", "pcm_48000", "mp3_44100_192"}


class ElevenLabsServer(FakeApi):
    """Routes and shapes of the API as of this year."""

    def __init__(self, *, key: str = "sk_0123456789abcdef") -> None:
        super().__init__(key=key)
        self.at = 20_000
        self.times = Times.WITH_EACH
        self.voices: list[dict[str, Any]] = [
            {"voice_id": ROGER, "name": "Roger - Laid-Back, Casual", "labels": {"gender": "male", "language": "en"},
             "verified_languages": [{"language": "en", "model_id": "eleven_flash_v2_5", "locale": "en-US"}]},
            {"voice_id": RACHEL, "name": "Rachel", "labels": {"gender": "female"}, "description": "Calm.",
             "created_at_unix": 1, "verified_languages": [{"language": "en", "locale": "en-US"}]},
            {"voice_id": ANNA, "name": "Rachel", "labels": {"language": "de"}, "created_at_unix": 2,
             "verified_languages": [{"language": "de", "model_id": "eleven_flash_v2_5", "locale": "de-DE"},
                                    {"language": "xx", "locale": "xx-XX"}]},
        ]  # fmt: skip
        self.page_voices = 2
        self.models: list[dict[str, Any]] = [
            {"model_id": "eleven_flash_v2_5", "maximum_text_length_per_request": 40_000, "can_use_style": False,
             "languages": [{"language_id": code} for code in ("en", "de", "fr")],
             "model_rates": {"character_cost_multiplier": 0.5}},
            {"model_id": "eleven_v3", "maximum_text_length_per_request": 5_000,
             "languages": [{"language_id": "en"}], "model_rates": {"character_cost_multiplier": 1.0}},
        ]  # fmt: skip
        self.subscription = {"tier": "creator", "character_count": 1_000, "character_limit": 100_000,
                             "next_character_count_reset_unix": 2_000_000_000}  # fmt: skip
        self.rights = {"voices_read", "models_read", "user_read"}
        self.formats_refused = BIG_FORMATS
        self.codes = dict(CODES)
        """Type and code that a status comes with."""
        self.has_timestamps = True
        self.has_speech = True
        """There is an address by HTTP that speaks, with times or without."""
        self.handshake: int | None = None
        """A status that every websocket is refused with."""
        self.gate: asyncio.Event | None = None
        """Websockets send no audio while it is not set."""
        self.told: list[tuple[str, str]] = []
        """Websockets in order: ("open" | "text" | "audio" | "end" | "closed", what)."""
        self.sent: list[dict[str, Any]] = []
        """Every message that came by websocket."""
        self.sockets = 0
        self._news = asyncio.Event()
        self._no_sockets = asyncio.Event()
        self._no_sockets.set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v2/voices", self._voices),
            web.get("/v1/models", self._models),
            web.get("/v1/user/subscription", self._subscription),
            web.post("/v1/text-to-speech/{voice_id}/stream", self._stream),
            web.post("/v1/text-to-speech/{voice_id}/stream/with-timestamps", self._timed),
            web.get("/v1/text-to-speech/{voice_id}/stream-input", self._socket),
        ]

    def error_body(self, status: int) -> object:
        if status == 422:
            return {
                "detail": [{"type": "missing", "loc": ["body", "text"], "msg": "Field required", "input": self.key}]
            }
        kind, code = self.codes.get(status, self.codes[500])
        # Its sentences quote what nobody else should read.
        message = f"Refused, {self.key}: {self.asked[-1].body if self.asked else ''}"
        return {"detail": {"type": kind, "code": code, "message": message, "status": code, "request_id": "r1"}}

    def key_of(self, request: web.Request) -> str:
        return self.key if request.path.endswith("/stream-input") else request.headers.get("xi-api-key", "")

    def tell(self, kind: str, what: str) -> None:
        self.told.append((kind, what))
        self._news.set()

    async def until(self, kind: str, what: str) -> None:
        """Wait until a websocket has seen that."""
        while (kind, what) not in self.told:
            self._news.clear()
            await self._news.wait()

    async def idle(self) -> None:
        await super().idle()
        await self._no_sockets.wait()

    async def _voices(self, request: web.Request) -> web.Response:
        if "voices_read" not in self.rights:
            return self._not_permitted()
        start = int(request.query.get("next_page_token", "0"))
        end = start + min(self.page_voices, int(request.query["page_size"]))
        more = end < len(self.voices)
        return web.json_response(
            {"voices": self.voices[start:end], "has_more": more, "total_count": len(self.voices)}
            | {"next_page_token": str(end) if more else None}
        )

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response(self.models) if "models_read" in self.rights else self._not_permitted()

    async def _subscription(self, _: web.Request) -> web.Response:
        return web.json_response(self.subscription) if "user_read" in self.rights else self._not_permitted()

    def _not_permitted(self) -> web.Response:
        body = {"status": "missing_permissions", "message": "The API key you used is missing the permission."}
        return web.json_response({"detail": body}, status=401)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if not self.has_speech:
            return web.json_response({"detail": "Not Found"}, status=404)
        text, output_format = (await request.json()).get("text"), request.query["output_format"]
        if text is None or output_format in self.formats_refused:
            return self.error(422 if text is None else 403)
        sound = pcm(len(text.split()), int(output_format.split("_")[1]))
        if output_format.startswith("mp3"):
            return await self.spoken(request, encoded(sound, int(output_format.split("_")[1]), "MP3"), "audio/mpeg")
        return await self.spoken(request, sound, "audio/pcm")

    async def _timed(self, request: web.Request) -> web.StreamResponse:
        if not self.has_timestamps or not self.has_speech:
            return web.json_response({"detail": "Not Found"}, status=404)
        text, output_format = (await request.json()).get("text"), request.query["output_format"]
        if text is None or output_format in self.formats_refused:
            return self.error(422 if text is None else 403)
        pieces = spoken(text, int(output_format.split("_")[1]))
        bodies = [
            {"audio_base64": base64.b64encode(piece.audio).decode(), "alignment": in_seconds(times)}
            | {"normalized_alignment": in_seconds(times)}
            for piece, times in zip(pieces, timed(pieces, self.times), strict=True)
        ]
        body = "".join(f"{json.dumps(one)}\n" for one in bodies)
        return await self.spoken(request, body.encode(), "application/json")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.handshake is not None:
            return web.Response(status=self.handshake)
        if self.knob is Knob.REDIRECT:
            raise web.HTTPTemporaryRedirect("http://127.0.0.2:9/elsewhere")
        if self.knob is Knob.WRONG_TYPE:
            return web.Response(body=HTML, content_type="text/html")
        if self.knob is Knob.NO_HEADERS:
            async with self.speaking():
                await asyncio.Event().wait()
        if self.knob is Knob.SLOW_HEADERS:
            await asyncio.sleep(SLOW_S)
        socket = web.WebSocketResponse(timeout=0.1)
        async with self._counted(request):
            await socket.prepare(request)
            with suppress(ConnectionError):
                await _Socket(self, request, socket).serve()
        return socket

    @asynccontextmanager
    async def _counted(self, request: web.Request) -> AsyncIterator[None]:
        self.sockets += 1
        self._no_sockets.clear()
        self.tell("open", request.match_info["voice_id"])
        try:
            yield
        finally:
            self.tell("closed", "")
            self.sockets -= 1
            if not self.sockets:
                self._no_sockets.set()

    @asynccontextmanager
    async def speaking(self) -> AsyncIterator[None]:
        """Count a text of a websocket that is spoken, or never will be."""
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        self._idle.clear()
        try:
            yield
        finally:
            self.open -= 1
            if not self.open:
                self._idle.set()


class _Socket:
    """One websocket: texts in, pieces out."""

    def __init__(self, server: ElevenLabsServer, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._server = server
        self._request = request
        self._socket = socket
        self._rate = int(request.query["output_format"].split("_")[1])
        self._bytes = 0

    async def serve(self) -> None:
        if self._request.headers.get("xi-api-key") != self._server.key:
            return await self._refuse("invalid_api_key")
        if self._request.query["output_format"] in self._server.formats_refused:
            return await self._refuse("output_format_not_allowed")
        if self._request.match_info["voice_id"] not in {voice["voice_id"] for voice in self._server.voices}:
            return await self._refuse("voice_id_does_not_exist")
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                break
            sent = json.loads(message.data)
            self._server.sent.append(sent)
            if sent["text"] == "":
                return await self._final()
            if sent.get("flush") and not await self._speak(sent["text"]):
                return None
        return None

    async def _final(self) -> None:
        self._server.tell("end", "")
        await self._socket.send_json({"isFinal": True, "audio": None})
        await self._socket.close()

    async def _refuse(self, word: str) -> None:
        sentence = f"No, {self._server.key}: {self._server.sent}"
        await self._socket.send_json({"message": sentence, "error": word, "code": 1008})
        await self._socket.close(code=1008, message=b"no")

    async def _speak(self, text: str) -> bool:
        """Send a text's audio; False where the websocket is to end."""
        server, knob = self._server, self._server.knob
        server.tell("text", text.strip())
        if status := STATUSES.get(knob):
            await self._refuse(server.codes[status][1])
            return False
        async with server.speaking():
            if server.gate is not None:
                await server.gate.wait()
            match knob:
                case Knob.EMPTY:
                    await self._final()
                    return False
                case Knob.JSON:
                    await self._socket.send_json(server.error_body(500))
                    return True
                case Knob.GARBAGE:
                    await self._socket.send_bytes(random.Random(7).randbytes(2000))
                    return True
            return await self._send(text)

    async def _send(self, text: str) -> bool:
        server = self._server
        pieces = spoken(text, self._rate)
        for piece, times in zip(pieces, timed(pieces, server.times), strict=True):
            if server.knob in {Knob.STALL, Knob.CUT} and self._bytes + len(piece.audio) > server.at:
                if server.knob is Knob.STALL:
                    while (await self._socket.receive()).type is WSMsgType.TEXT:
                        pass
                elif self._request.transport is not None:
                    self._request.transport.close()
                return False
            if server.knob is Knob.SLOW_BODY:
                await asyncio.sleep(SLOW_S)
            self._bytes += len(piece.audio)
            server.tell("audio", text.strip())
            await self._socket.send_json(
                {"audio": base64.b64encode(piece.audio).decode(), "isFinal": None}
                | {"alignment": in_milliseconds(times), "normalizedAlignment": in_milliseconds(times)}
            )
            await asyncio.sleep(0)
        return True
