"""Failures of the line become ours, and tell nobody what was sent."""

from __future__ import annotations

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from tests.fakes.telling import told
from wyoming_tts.errors import ProviderError, ProviderTimeout, ProviderUnavailable, SpeechCutOff
from wyoming_tts.net.line_failure import translated

SECRET = "sk-1234567890"
ASKED = aiohttp.RequestInfo(
    URL(f"http://host/?text={SECRET}"), "GET", CIMultiDictProxy(CIMultiDict({"Authorization": SECRET}))
)


@pytest.mark.parametrize(
    ("error", "heard", "kind"),
    [
        (aiohttp.ConnectionTimeoutError(f"Connection timeout to host http://h/?{SECRET}"), False, ProviderTimeout),
        (aiohttp.SocketTimeoutError("Timeout on reading"), True, ProviderTimeout),
        (TimeoutError(), False, ProviderTimeout),
        (aiohttp.ServerDisconnectedError(), False, ProviderUnavailable),
        (aiohttp.ServerDisconnectedError(), True, SpeechCutOff),
        (aiohttp.ClientPayloadError("cut"), True, SpeechCutOff),
        (aiohttp.ClientPayloadError("cut"), False, ProviderUnavailable),
        (ConnectionResetError(104, "reset"), True, SpeechCutOff),
        (ConnectionResetError(104, "reset"), False, ProviderUnavailable),
        (aiohttp.ClientConnectionError("redirected"), False, ProviderUnavailable),
        (aiohttp.ClientHttpProxyError(ASKED, (), status=407, headers=ASKED.headers), False, ProviderUnavailable),
        (aiohttp.ClientResponseError(ASKED, (), status=400, message="bad line"), False, ProviderUnavailable),
    ],
)
def test_each_failure_is_translated_and_emptied_of_what_was_sent(
    error: Exception, *, heard: bool, kind: type[ProviderError]
) -> None:
    with pytest.raises(ProviderError) as caught, translated("mine", heard=heard):
        raise error
    assert type(caught.value) is kind
    assert caught.value.provider == "mine"
    assert caught.value.__cause__ is error
    assert SECRET not in told(caught.value)


def test_what_is_no_failure_of_the_line_passes() -> None:
    with pytest.raises(KeyError), translated("mine"):
        raise KeyError("ours")


def test_the_owner_is_told_what_to_look_at() -> None:
    for error, words in (
        (aiohttp.ClientHttpProxyError(ASKED, ()), "the proxy does not let it through"),
        (aiohttp.ConnectionTimeoutError(), "it did not accept the connection in time"),
        (aiohttp.TooManyRedirects(ASKED, ()), "no usable answer: TooManyRedirects"),
    ):
        with pytest.raises(ProviderError) as caught, translated("mine"):
            raise error
        assert caught.value.detail == words
