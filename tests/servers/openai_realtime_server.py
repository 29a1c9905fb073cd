"""A server with OpenAI's Realtime API on loopback, as far as a voice needs it, shaped by its published reference."""

from __future__ import annotations

import asyncio
import base64
import itertools
import random
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from tests.servers.fake_api import RETRY_AFTER_S, SLOW_S, STATUSES, Knob
from tests.servers.openai_server import OpenAiServer

DELTA_BYTES = 4_800
"""100 ms, as its audio comes."""
REALTIME_VOICES = ("alloy", "marin")


class OpenAiRealtimeServer(OpenAiServer):
    """Says what it is told to say, unless `says` holds something else."""

    def __init__(self, *, key: str = "") -> None:
        super().__init__(key=key)
        self.voices = REALTIME_VOICES
        self.says: str | None = None
        """What it says in place of the text."""
        self.status = "completed"
        """How a response ends; `details` is its `status_details`."""
        self.details: dict[str, Any] | None = None
        self.failure: dict[str, Any] | None = None
        """Sent as an `error` event in place of a response."""
        self.elsewhere = ""
        """An address that every websocket is sent to."""
        self.heard: list[dict[str, Any]] = []
        """Every event of a client."""
        self._numbers = itertools.count()

    def routes(self) -> list[web.RouteDef]:
        return [*super().routes(), web.get("/v1/realtime", self._realtime)]

    async def _realtime(self, request: web.Request) -> web.StreamResponse:
        if status := STATUSES.get(self.knob):
            after = {"Retry-After": str(RETRY_AFTER_S)} if self.knob is Knob.RATE_LIMITED else {}
            return web.json_response(self.error_body(status), status=status, headers=after)
        if self.knob is Knob.REDIRECT or self.elsewhere:
            raise web.HTTPTemporaryRedirect(self.elsewhere or "http://127.0.0.2:9/elsewhere")
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        self._idle.clear()
        try:
            if self.knob is Knob.NO_HEADERS:
                await asyncio.Event().wait()
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            with suppress(ConnectionError):
                await self._converse(request, socket)
            return socket
        finally:
            self.open -= 1
            if not self.open:
                self._idle.set()

    async def _converse(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        await self._send_event(socket, "session.created", session={"type": "realtime"})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                return
            event = message.json()
            self.heard.append(event)
            if event["type"] == "session.update":
                voice = event["session"]["audio"]["output"]["voice"]
                if voice not in self.voices:
                    await self._refuse(socket, {"type": "invalid_request_error", "code": "invalid_value"})
                    return
                await self._send_event(socket, "session.updated", session=event["session"])
            elif event["type"] == "response.create":
                await self._respond(request, socket, event["response"])

    async def _respond(self, request: web.Request, socket: web.WebSocketResponse, asked: dict[str, Any]) -> None:
        if self.failure is not None:
            await self._refuse(socket, self.failure)
            return
        if self.knob is Knob.WRONG_TYPE:
            await socket.send_str("<!DOCTYPE html><title>It works!</title>")
        if self.knob is Knob.JSON:
            await socket.send_json([self.error_body(500)])
        if self.knob is Knob.SLOW_HEADERS:
            await asyncio.sleep(SLOW_S)
        await self._send_event(socket, "response.created", response={"status": "in_progress"})
        text = asked["input"][0]["content"][0]["text"]
        if self.knob is not Knob.EMPTY and not await self._say(request, socket, self.says or text):
            return
        response = {"status": self.status, "status_details": self.details}
        await self._send_event(socket, "response.done", response=response)

    async def _say(self, request: web.Request, socket: web.WebSocketResponse, text: str) -> bool:
        """Send words and audio side by side; return whether the response came to its end."""
        words = [f"{word} " for word in text.split()]
        parts = [self.audio[at : at + DELTA_BYTES] for at in range(0, len(self.audio), DELTA_BYTES)]
        sent = 0
        for word, part in itertools.zip_longest(words, parts):
            if word is not None:
                await self._send_event(socket, "response.output_audio_transcript.delta", delta=word)
            if part is None:
                continue
            if self.knob is Knob.SLOW_BODY:
                await asyncio.sleep(SLOW_S)
            if self.knob is Knob.GARBAGE:
                part = random.Random(7).randbytes(300)  # noqa: PLW2901
                await self._send_event(socket, "response.output_audio.delta", delta=part.decode("latin-1"))
                continue
            if self.knob in {Knob.STALL, Knob.CUT} and sent + len(part) > self.at:
                if self.knob is Knob.STALL:
                    await asyncio.Event().wait()
                assert request.transport is not None
                request.transport.close()
                return False
            sent += len(part)
            delta = base64.b64encode(part).decode()
            await self._send_event(socket, "response.output_audio.delta", delta=delta)
        await self._send_event(socket, "response.output_audio_transcript.done", transcript=text)
        return True

    async def _refuse(self, socket: web.WebSocketResponse, error: dict[str, Any]) -> None:
        await self._send_event(socket, "error", error={"message": "it quotes the text", "param": None, **error})

    async def _send_event(self, socket: web.WebSocketResponse, type_: str, **parts: Any) -> None:
        await socket.send_json({"type": type_, "event_id": f"event_{next(self._numbers)}", **parts})
