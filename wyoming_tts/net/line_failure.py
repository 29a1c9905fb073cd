"""Failures of the line as ours: the one seam where aiohttp's exceptions are translated."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from wyoming_tts.errors import ProviderError, ProviderTimeout, ProviderUnavailable, SpeechCutOff

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_FAILURES = (aiohttp.ClientError, TimeoutError, OSError)

_WHY: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError), "its certificate is not trusted"),
    ((aiohttp.ClientConnectorDNSError,), "there is no host of that name"),
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), "the proxy does not let it through"),
    ((aiohttp.ClientConnectorError,), "it refuses connections, or nobody listens there"),
    ((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError), "it closed the connection"),
    ((aiohttp.ClientPayloadError,), "its answer was cut off"),
)
"""The narrower kinds first."""


@contextmanager
def translated(provider: str, *, heard: bool = False) -> Iterator[None]:
    """Raise a ProviderError in place of what the line raises; `heard` once some of the body has come."""
    try:
        yield
    except LINE_FAILURES as error:
        if isinstance(error, aiohttp.ClientError):
            _empty(error)
        raise line_failure(error, provider, heard=heard) from error


def line_failure(error: Exception, provider: str, *, heard: bool) -> ProviderError:
    """Return the failure with a detail in facts: no address, since one may hold what is nobody's business."""
    if isinstance(error, aiohttp.ServerTimeoutError | TimeoutError):
        return ProviderTimeout(_too_slow(error), provider=provider)
    if heard:
        return SpeechCutOff("the connection broke", provider=provider)
    return ProviderUnavailable(_why(error), provider=provider)


def _empty(error: aiohttp.ClientError) -> None:
    """Take out what it would tell: headers with a key, an address with a text, a proxy's password.

    Raising something else without a cause is not enough: the context would still hold it.
    """
    error.args = ()
    if isinstance(error, aiohttp.ClientResponseError):
        nothing = CIMultiDictProxy[str](CIMultiDict())
        error.request_info = aiohttp.RequestInfo(URL(), error.request_info.method, nothing, URL())
        error.history = ()
        error.headers = None


def _too_slow(error: Exception) -> str:
    connecting = isinstance(error, aiohttp.ConnectionTimeoutError)
    return "it did not accept the connection in time" if connecting else "nothing came in time"


def _why(error: Exception) -> str:
    other = f"no usable answer: {type(error).__name__}"
    return next((words for kinds, words in _WHY if isinstance(error, kinds)), other)
