"""The common half of every fake cloud: a real HTTP server on loopback with a knob for each way a server can fail."""

from __future__ import annotations

import asyncio
import json
import random
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

PIECE_BYTES = 1024
"""Of audio in one write."""
SLOW_S = 0.01
"""Between two pieces of a slow body, and before slow headers: a listener would not notice."""


class Knob(StrEnum):
    OK = "ok"
    SLOW_HEADERS = "slow headers"
    SLOW_BODY = "slow body"
    NO_HEADERS = "no headers"
    """The request is taken and never answered."""
    STALL = "stall"
    """Nothing more comes from byte `at` on, and the connection stays open."""
    CUT = "cut"
    """The connection breaks at byte `at`."""
    EMPTY = "empty"
    """Status 200 and no byte."""
    WRONG_TYPE = "wrong type"
    """Status 200 and an HTML page, whatever was asked for."""
    JSON = "json"
    """Status 200 and an error as JSON."""
    BAD_REQUEST = "400"
    UNAUTHORIZED = "401"
    RATE_LIMITED = "429"
    """With `Retry-After: 7`."""
    SERVER_ERROR = "500"
    GARBAGE = "garbage"
    """Random bytes in place of the audio."""
    REDIRECT = "redirect"
    """To another host."""


RETRY_AFTER_S = 7
STATUSES = {Knob.BAD_REQUEST: 400, Knob.UNAUTHORIZED: 401, Knob.RATE_LIMITED: 429, Knob.SERVER_ERROR: 500}
HTML = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n" * 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    """Parsed where it is JSON or a form, else bytes."""


class FakeApi(ABC):
    """Listens while its context is open. A subclass adds routes, and its API's own shape of errors."""

    def __init__(self, *, key: str = "") -> None:
        """With a `key`, every request must carry it."""
        self.key = key
        self.knob = Knob.OK
        """What goes wrong with requests for speech from now on."""
        self.at = 6_000
        """Byte of the body, for the knobs that need one."""
        self.asked: list[Asked] = []
        self.open = 0
        """Requests for speech that are being answered now."""
        self.most_open = 0
        self.url = ""
        """Of the running server, without a slash at the end."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """Return the API's routes; those that speak go through `spoken`."""

    @abstractmethod
    def error_body(self, status: int) -> object:
        """Return the JSON that this API sends with a status."""

    @abstractmethod
    def key_of(self, request: web.Request) -> str:
        """Return the key that a request carries."""

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._middleware])
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        assert self._runner.addresses
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Refuse everybody; opening it again listens on the same port."""
        assert self._runner is not None
        await self._runner.cleanup()

    async def idle(self) -> None:
        """Wait until no request for speech is open."""
        await self._idle.wait()

    def error(self, status: int, **headers: str) -> web.Response:
        """Return a refusal in the API's own shape."""
        return web.json_response(self.error_body(status), status=status, headers=headers)

    async def spoken(self, request: web.Request, audio: bytes, content_type: str) -> web.StreamResponse:
        """Answer with audio, or with what the knob makes of it."""
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        self._idle.clear()
        try:
            return await self._spoken(request, audio, content_type)
        finally:
            self.open -= 1
            if not self.open:
                self._idle.set()

    async def _spoken(self, request: web.Request, audio: bytes, content_type: str) -> web.StreamResponse:
        knob = self.knob
        if status := STATUSES.get(knob):
            after = {"Retry-After": str(RETRY_AFTER_S)} if knob is Knob.RATE_LIMITED else {}
            return self.error(status, **after)
        if knob is Knob.REDIRECT:
            raise web.HTTPTemporaryRedirect("http://127.0.0.2:9/elsewhere")
        if knob is Knob.JSON:
            return web.json_response(self.error_body(500))
        if knob is Knob.NO_HEADERS:
            await _for_ever()
        if knob is Knob.SLOW_HEADERS:
            await asyncio.sleep(SLOW_S)
        body = {Knob.EMPTY: b"", Knob.WRONG_TYPE: HTML, Knob.GARBAGE: random.Random(7).randbytes(len(audio))}.get(
            knob, audio
        )
        response = web.StreamResponse(
            headers={"Content-Type": "text/html" if knob is Knob.WRONG_TYPE else content_type}
        )
        await response.prepare(request)
        with suppress(ConnectionError):  # whoever asked has gone, as a listener may
            await self._send(request, response, body)
        return response

    async def _send(self, request: web.Request, response: web.StreamResponse, body: bytes) -> None:
        for start in range(0, len(body), PIECE_BYTES):
            if self.knob in {Knob.STALL, Knob.CUT} and start + PIECE_BYTES > self.at:
                await response.write(body[start : self.at])
                if self.knob is Knob.STALL:
                    await _for_ever()
                assert request.transport is not None
                request.transport.close()  # what was written still goes out; the chunked body has no end
                return
            if self.knob is Knob.SLOW_BODY:
                await asyncio.sleep(SLOW_S)
            await response.write(body[start : start + PIECE_BYTES])
        await response.write_eof()

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.asked.append(
            Asked(request.method, request.path, dict(request.query), dict(request.headers), await _body(request))
        )
        if request.method != "HEAD" and self.key and self.key_of(request) != self.key:
            return self.error(401)
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return self.error(404)


async def _body(request: web.Request) -> Any:
    body = await request.read()
    if request.content_type == "application/json":
        return json.loads(body)
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return dict(await request.post())
    return body


async def _for_ever() -> None:
    await asyncio.Event().wait()
