"""GET of public files: no credentials, no cookies, and redirects that never leave encryption."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from wyoming_tts.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

CONNECT_S = 15.0
"""To be connected; a slow mobile line needs a few seconds."""
READ_S = 30.0
"""Between two pieces of a body; the whole of it may take as long as it needs."""
MAX_REDIRECTS = 5
"""Real ones need two: to the current name of the repository, then to the host that holds the file."""
MAX_HEADER_BYTES = 32 * 1024
"""Signed addresses in a `Location` run to a few kB."""

_REDIRECTS = (301, 302, 303, 307, 308)


class RedirectRefused(Exception):
    """The server points where we do not go."""


def open_session(*, connect_s: float = CONNECT_S, read_s: float = READ_S) -> aiohttp.ClientSession:
    """Return a session for `public_get`; its user closes it. Must be called on the event loop."""
    # Not `trust_env`: besides proxies that would also send what stands in the user's .netrc.
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_s, sock_read=read_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "wyoming-tts", "Accept-Encoding": "identity"},
        auto_decompress=False,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
    )


def public_url(address: str) -> URL | None:
    """Return the address where it is http(s), absolute and without a user's name in it."""
    try:
        # An address that is printable ASCII is sent byte for byte: a signed one would not survive a new spelling.
        url = URL(address, encoded=address.isascii() and address.isprintable() and " " not in address)
        sound = url.scheme in {"http", "https"} and bool(url.host) and url.user is None and url.password is None
    except ValueError:
        return None
    return url if sound else None


@asynccontextmanager
async def public_get(
    session: aiohttp.ClientSession, url: URL, headers: Mapping[str, str] | None = None
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Enter the first response that is no redirect; its body has not been read.

    Raises RedirectRefused, ConfigError (an unusable proxy), and aiohttp's ClientError and TimeoutError.
    """
    for _ in range(MAX_REDIRECTS + 1):
        async with session.get(url, headers=headers, allow_redirects=False, proxy=proxy_for(url)) as response:
            if response.status not in _REDIRECTS:
                yield response
                return
            url = redirected(url, response.headers.get("Location", ""))
    raise RedirectRefused(f"more than {MAX_REDIRECTS} redirects")


def redirected(url: URL, location: str) -> URL:
    """Return where `Location` leads from `url`. Raises RedirectRefused."""
    target = public_url(location)
    if target is None and "://" not in location and location:
        target = _joined(url, location)
    if target is None:
        raise RedirectRefused("a redirect without a usable address")
    if url.scheme == "https" and target.scheme != "https":
        raise RedirectRefused("a redirect from https to http")
    return target


def _joined(url: URL, location: str) -> URL | None:
    try:
        return public_url(str(url.join(URL(location))))
    except ValueError:  # a host or a port that is none
        return None


def proxy_for(url: URL) -> URL | None:
    """Return the proxy that the environment names for this address. Raises ConfigError for a kind we cannot use."""
    address = getproxies().get(url.scheme)
    if not address or proxy_bypass(url.host or ""):
        return None
    try:
        proxy = URL(address if "://" in address else f"http://{address}")
    except ValueError as error:
        raise ConfigError(f"The proxy for {url.scheme} is no address.") from error
    if proxy.scheme not in {"http", "https"}:
        raise ConfigError(f"The proxy for {url.scheme} must be an http one, not {proxy.scheme}.")
    return proxy
