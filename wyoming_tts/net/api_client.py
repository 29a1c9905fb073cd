"""One provider's way to its server: requests in, replies with success out, every failure a ProviderError."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from wyoming_tts.errors import BadAudio, BadCredentials, ConfigError, ProviderError, ProviderUnavailable
from wyoming_tts.net.api_socket import ApiSocket
from wyoming_tts.net.endpoint import is_loopback
from wyoming_tts.net.leash import Leash
from wyoming_tts.net.line_failure import LINE_FAILURES, translated
from wyoming_tts.net.public_get import proxy_for
from wyoming_tts.net.refusal import MAX_BODY_BYTES, failure_of, refusal_of
from wyoming_tts.net.reply import Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from wyoming_tts.net.endpoint import Endpoint
    from wyoming_tts.net.http_session import HttpSession
    from wyoming_tts.net.refusal import Refusal

    Judge = Callable[[Refusal, str], ProviderError | None]

MAX_JSON_BYTES = 8 * 1024**2
"""A list of 10,000 voices with all their labels has 5 MB."""
MAX_REDIRECTS = 3
"""Within the same server: a missing slash, a moved path."""

REFUSAL_S = 1.0
"""To read why: a listener waits meanwhile, and the status is known already."""

CLOSE_S = 0.1
"""For a websocket's farewell: whoever leaves has no use for what still comes."""
MAX_MESSAGE_BYTES = 4 * 1024**2
"""Of a websocket: a minute of audio in base64."""

_REDIRECTS = (301, 302, 303, 307, 308)


class ApiClient:
    """Sends a provider's requests through the house's session. A constructor opens nothing."""

    def __init__(self, endpoint: Endpoint, session: HttpSession, judge: Judge | None = None) -> None:
        """`judge` reads a refusal by the API's own rules; where it returns None the usual ones hold."""
        self.provider = endpoint.provider
        self._endpoint = endpoint
        self._session = session
        self._judge = judge
        self._leash = Leash(self.provider)
        self._base = URL(endpoint.base_url.rstrip("/") + "/")
        self._ssl: ssl.SSLContext | None = None
        self._proxy: tuple[URL | None] | None = None
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=endpoint.connect_s, sock_read=endpoint.read_s)

    @asynccontextmanager
    async def socket(self, path: str, *, query: Mapping[str, str] | None = None) -> AsyncIterator[ApiSocket]:
        """Enter a websocket once it is open; left, it is closed. Raises ProviderError."""
        self._check_sendable()
        socket = await self._opened(self.url(path).update_query(query or {}))
        try:
            with self._leash.holding(socket):
                yield ApiSocket(socket, self.provider, read_s=self._endpoint.read_s)
        finally:
            await socket.close()

    @asynccontextmanager
    async def request(
        self,
        method: str,
        path: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Reply]:
        """Enter the reply once its head says success; left early, the request is closed at once.

        `path` is put behind the endpoint's address, or is an absolute address of the same server. Raises ProviderError.
        """
        url = self.url(path)
        if query:
            url = url.update_query(query)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._send(method, url, json=json, data=form, headers=headers)
            try:
                if response.status in _REDIRECTS:
                    url = self._redirected(method, response)
                    continue
                with self._leash.holding(response):
                    await self._check(response)
                    yield Reply(response, self.provider)
                return
            finally:
                # Gives the connection back where all has been read, and closes it otherwise.
                response.release()
        raise ProviderUnavailable("it redirects in a circle", provider=self.provider)

    async def json(self, method: str, path: str, **parts: Any) -> Any:
        """Return the parsed body of a small reply; `parts` as for `request`. Raises ProviderError."""
        async with self.request(method, path, **parts) as reply:
            return await reply.json(MAX_JSON_BYTES)

    async def open_ahead(self) -> None:
        """Have a connection ready for the next request; tells no key, and it does not matter if it fails."""
        with suppress(ProviderError, *LINE_FAILURES):
            tls = await self._tls()
            self._leash.check()
            self._check_sendable()
            async with self._session.get().head(
                self._base, allow_redirects=False, timeout=self._timeout, proxy=self.proxy(), ssl=tls
            ):
                pass

    async def aclose(self) -> None:
        """Break off whatever is awaited or read, and send nothing more; may be called twice."""
        await self._leash.break_off()

    def url(self, path: str) -> URL:
        """Return the address of a path; raises ProviderUnavailable for one of another server."""
        try:
            url = URL(path) if "://" in path else self._base.join(URL(path.lstrip("/")))
            same = url.origin() == self._base.origin()
        except ValueError as error:
            raise ProviderUnavailable("it names an address that is none", provider=self.provider) from error
        if not same:
            raise ProviderUnavailable("it points to another server", provider=self.provider)
        return url

    def proxy(self) -> URL | None:
        """Return the proxy: the owner's, or the environment's, which is read once, since that takes 0.3 ms."""
        if self._proxy is None:
            self._proxy = (self._found_proxy(),)
        return self._proxy[0]

    def _found_proxy(self) -> URL | None:
        if self._endpoint.proxy is not None:
            return URL(self._endpoint.proxy)
        if is_loopback(self._base.host or ""):
            return None  # what stays on this machine must not leave it by the environment's word
        try:
            return proxy_for(self._base)
        except ConfigError as error:
            raise ProviderUnavailable("the proxy in the environment cannot be used", provider=self.provider) from error

    def _check_sendable(self) -> None:
        if not self._endpoint.sendable:
            raise BadCredentials("it holds a line break or another control character", provider=self.provider)
        if self._session.closed:
            raise ProviderUnavailable("the house is closing", provider=self.provider)

    async def _opened(self, url: URL) -> aiohttp.ClientWebSocketResponse:
        with translated(self.provider):
            async with self._leash.waiting(self._endpoint.connect_s + self._endpoint.read_s):
                try:
                    return await self._session.get().ws_connect(
                        url,
                        headers=self._endpoint.headers,
                        timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                        max_msg_size=MAX_MESSAGE_BYTES,
                        proxy=self.proxy(),
                        ssl=await self._tls(),
                    )
                except aiohttp.WSServerHandshakeError as error:
                    refusal = refusal_of(error.status, error.headers or {}, b"")
        # Not chained: that error holds the request's headers, and so the key.
        raise self._judged(refusal)

    async def _send(
        self, method: str, url: URL, *, json: object, data: Any, headers: Mapping[str, str] | None
    ) -> aiohttp.ClientResponse:
        self._check_sendable()
        with translated(self.provider):
            async with self._leash.waiting():
                return await self._session.get().request(
                    method,
                    url,
                    json=json,
                    data=data,
                    headers={**self._endpoint.headers, **(headers or {})},
                    allow_redirects=False,
                    timeout=self._timeout,
                    proxy=self.proxy(),
                    ssl=await self._tls(),
                )

    async def _check(self, response: aiohttp.ClientResponse) -> None:
        """Raise what a refusal stands for, or BadAudio for what nobody can read."""
        if not 200 <= response.status < 300:
            raise await self._refusal(response)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise BadAudio("it came compressed, which was not asked for", provider=self.provider)

    async def _refusal(self, response: aiohttp.ClientResponse) -> ProviderError:
        body = b""
        with suppress(RuntimeError, *LINE_FAILURES):  # the status alone says enough
            async with asyncio.timeout(min(REFUSAL_S, self._endpoint.read_s)):
                while len(body) <= MAX_BODY_BYTES and (data := await response.content.readany()):
                    body += data
        return self._judged(refusal_of(response.status, response.headers, body))

    def _judged(self, refusal: Refusal) -> ProviderError:
        refusal = refusal.without(" ".join(self._endpoint.headers.values()).split())
        own = None if self._judge is None else self._judge(refusal, self.provider)
        return own or failure_of(refusal, self.provider)

    def _redirected(self, method: str, response: aiohttp.ClientResponse) -> URL:
        """Return where to go on, within the same server; a request that speaks is not made into another one."""
        location = response.headers.get("Location", "")
        if method not in {"GET", "HEAD"} and response.status not in {307, 308}:
            raise ProviderUnavailable(
                f"HTTP {response.status}: it redirects; check its address", provider=self.provider
            )
        try:
            target = response.url.join(URL(location))
        except ValueError as error:
            raise ProviderUnavailable("it redirects to no address", provider=self.provider) from error
        return self.url(str(target))

    async def _tls(self) -> ssl.SSLContext | bool:
        """Return what to trust, read once and off the loop; True for the system's certificates."""
        path = self._endpoint.ca_file
        if path is None:
            return True
        if self._ssl is None:
            try:
                self._ssl = await asyncio.to_thread(_trusting, path)
            except OSError as error:  # ssl.SSLError is one, too
                raise ProviderUnavailable("ca_file cannot be read", provider=self.provider) from error
        return self._ssl


def _trusting(path: Path) -> ssl.SSLContext:
    """Return a context that trusts the system's certificates and those in the file. Reads the disk: use a thread."""
    context = ssl.create_default_context()
    context.load_verify_locations(path)
    return context
