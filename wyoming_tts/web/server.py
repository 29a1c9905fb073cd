"""The HTTP listener: health for machines, one page for the owner."""

from __future__ import annotations

import asyncio
import errno
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from jinja2 import Environment, PackageLoader, select_autoescape

from wyoming_tts import __version__
from wyoming_tts.errors import ConfigError
from wyoming_tts.web.status import gather

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from jinja2 import Template

    from wyoming_tts.settings.address import HostPort
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

    def __init__(self, listen: HostPort, house: Callable[[], StatusSource]) -> None:
        self._listen = listen
        self._house = house
        self._runner: web.AppRunner | None = None
        self.port = listen.port
        """The port really listened on, once started."""

    @property
    def address(self) -> str:
        """`host:port` as it stands in a URL."""
        return str(self._listen._replace(port=self.port))

    async def start(self) -> None:
        """Listen; raises ConfigError where the address cannot be had."""
        # Read and compiled now: a first page would otherwise hold up the answers being spoken.
        page = await asyncio.to_thread(_page_template)
        runner = web.AppRunner(self._application(page), access_log=None, shutdown_timeout=CLOSE_WITHIN_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._listen.host, self._listen.port).start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigError(_cannot_listen(self._listen, error)) from error
        self._runner = runner
        self.port = runner.addresses[0][1]

    async def aclose(self) -> None:
        """Stop listening; may be called twice."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    def _application(self, page: Template) -> web.Application:
        app = web.Application(middlewares=[_secured])
        app.router.add_get("/", partial(self._page, page))
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

    async def _page(self, page: Template, _request: web.Request) -> web.Response:
        status = await gather(self._house())
        # 141 eSpeak NG and 300 Piper voices make a long table: off the loop it goes, nobody's audio waits for it.
        html = await asyncio.to_thread(page.render, status=status, version=__version__, today=datetime.now(UTC).date())
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


def _page_template() -> Template:
    environment = Environment(
        loader=PackageLoader("wyoming_tts.web"),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("status.html")


def _cannot_listen(listen: HostPort, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        port, host = listen.port, listen.host or "every address"
        return f"web.listen: port {port} on {host} is already in use; choose another one or stop what uses it."
    return f"web.listen: cannot listen on {listen}: {error.strerror or error}."
