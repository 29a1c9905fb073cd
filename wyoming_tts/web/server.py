"""The HTTP listener: health for machines, one page for the owner."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape

from wyoming_tts import __version__
from wyoming_tts.errors import ConfigError
from wyoming_tts.web.status import gather

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wyoming_tts.web.status import StatusSource

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

CLOSE_WITHIN_S = 2.0
"""Requests here are answered from memory in milliseconds; whatever is open longer is a browser's idle connection."""


class WebServer:
    """Serves `/`, `/health/live` and `/health/ready` on `host:port`; port 0 takes a free one."""

    def __init__(self, listen: str, house: Callable[[], StatusSource]) -> None:
        host, _, port = listen.rpartition(":")
        self._host, self._wanted_port = host.strip("[]"), int(port)
        self._house = house
        self._runner: web.AppRunner | None = None
        self._templates = Environment(
            loader=PackageLoader("wyoming_tts.web"),
            autoescape=select_autoescape(),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.port = self._wanted_port
        """The port really listened on, once started."""

    @property
    def address(self) -> str:
        """`host:port` as it stands in a URL."""
        return f"[{self._host}]:{self.port}" if ":" in self._host else f"{self._host}:{self.port}"

    async def start(self) -> None:
        """Listen; raises ConfigError where the address cannot be had."""
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=CLOSE_WITHIN_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._wanted_port).start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigError(_cannot_listen(self._host, self._wanted_port, error)) from error
        self._runner = runner
        self.port = runner.addresses[0][1]

    async def aclose(self) -> None:
        """Stop listening; may be called twice."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    def application(self) -> web.Application:
        """Return the routes as an aiohttp application."""
        app = web.Application(middlewares=[_secured])
        app.router.add_get("/", self._page)
        app.router.add_get("/health/live", self._live)
        app.router.add_get("/health/ready", self._ready)
        app.router.add_static("/static", Path(__file__).parent / "static")
        return app

    async def _live(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "live", "version": __version__})

    async def _ready(self, _request: web.Request) -> web.Response:
        reasons = list(self._house().unready)
        status = 503 if reasons else 200
        return web.json_response({"status": "unready" if reasons else "ready", "reasons": reasons}, status=status)

    async def _page(self, _request: web.Request) -> web.Response:
        status = await gather(self._house())
        template = self._templates.get_template("status.html")
        # 141 eSpeak NG and 300 Piper voices make a long table: off the loop it goes, nobody's audio waits for it.
        html = await asyncio.to_thread(template.render, status=status, version=__version__)
        return web.Response(text=html, content_type="text/html")


@web.middleware
async def _secured(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(SECURITY_HEADERS)
        raise
    response.headers.update(SECURITY_HEADERS)
    return response


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"web.listen: port {port} on {host} is already in use; choose another one or stop what uses it."
    return f"web.listen: cannot listen on {host}:{port}: {error.strerror or error}."
