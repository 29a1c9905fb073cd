"""The one HTTP session of a house: connections to all servers, kept for whoever speaks next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

KEEP_ALIVE_S = 60.0
"""How long an idle connection is kept: longer than the pause between two sentences of a conversation."""
MAX_LINE_BYTES = 16 * 1024


class HttpSession:
    """Opens nothing before the first `get`, which imports what sends HTTP: a house without remote voices does not."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    def get(self) -> aiohttp.ClientSession:
        """Return the session; must be called on the event loop. Raises RuntimeError once it is closed."""
        if self._closed:
            raise RuntimeError("the session is closed")
        if self._session is None:
            self._session = _open()
        return self._session

    @property
    def closed(self) -> bool:
        """Nothing can be sent any more."""
        return self._closed

    async def aclose(self) -> None:
        """Close every connection; may be called twice."""
        self._closed = True
        if self._session is not None:
            await self._session.close()


def _open() -> aiohttp.ClientSession:
    import aiohttp  # noqa: PLC0415 - 0.15 s, which nobody spends who has only voices of his own

    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(_refuse_redirect)
    # Not `trust_env`: besides proxies that would also send what stands in the user's .netrc.
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "wyoming-tts", "Accept-Encoding": "identity"},
        auto_decompress=False,
        max_line_size=MAX_LINE_BYTES,
        max_field_size=MAX_LINE_BYTES,
        trace_configs=[tracing],
    )


async def _refuse_redirect(*_: object) -> None:
    """Stop the library from going on by itself, as it does with websockets: to any host, and with the key."""
    import aiohttp  # noqa: PLC0415 - as above

    raise aiohttp.ClientConnectionError("redirected")
