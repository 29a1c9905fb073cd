"""Redirects never lead out of encryption, and addresses keep their spelling."""

from __future__ import annotations

import pytest
from yarl import URL

from wyoming_tts.errors import ConfigError
from wyoming_tts.net.public_get import RedirectRefused, proxy_for, public_url, redirected

HERE = URL("https://host.example/a/voices.json")


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://cdn.example/x?sig=a%2Fb%3D&k=%C3%A3", "https://cdn.example/x?sig=a%2Fb%3D&k=%C3%A3"),
        ("/api/x.json", "https://host.example/api/x.json"),
        ("x.json", "https://host.example/a/x.json"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("https://cdn.example/a b", "https://cdn.example/a%20b"),
    ],
)
def test_a_redirect_is_followed_as_it_is_spelt(location: str, target: str) -> None:
    assert str(redirected(HERE, location)) == target


@pytest.mark.parametrize(
    "location",
    [
        "",
        "http://host.example/a",
        "ftp://host.example/a",
        "https://me:pw@host.example/",
        "javascript:x",
        "https://",
        "//[",
        "//a:99999/",
    ],
)
def test_a_redirect_elsewhere_is_refused(location: str) -> None:
    with pytest.raises(RedirectRefused):
        redirected(HERE, location)


def test_http_may_become_https() -> None:
    assert redirected(URL("http://host.example/a"), "https://host.example/a").scheme == "https"


def test_only_http_addresses_without_a_name_in_them_are_public() -> None:
    assert public_url("http://host.example:8080/x") == URL("http://host.example:8080/x")
    assert public_url("http://me@host.example/") is None
    assert public_url("http://host.example:port/") is None


def test_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_for(HERE) == URL("http://proxy.example:3128")
    assert proxy_for(URL("https://inside.example/")) is None
    monkeypatch.setenv("https_proxy", "socks5://proxy.example")
    with pytest.raises(ConfigError, match="socks5"):
        proxy_for(HERE)
    monkeypatch.setenv("https_proxy", "http://[")
    with pytest.raises(ConfigError, match="no address"):
        proxy_for(HERE)
