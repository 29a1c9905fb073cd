"""Addresses and patience of a server behind HTTP, as an owner writes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from wyoming_tts.adapters.remote.http_settings import HttpProviderSettings
from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.load import load
from wyoming_tts.settings.reference import reference

if TYPE_CHECKING:
    from wyoming_tts.settings.provider import ProviderSettings


class WebSettings(HttpProviderSettings):
    """Is reached over HTTP."""

    type: Literal["web"] = "web"
    """Which kind of engine this is."""


TYPES: dict[str, type[ProviderSettings]] = {"web": WebSettings}


def web(tmp_path: Path, keys: str) -> WebSettings:
    file = tmp_path / "house.yaml"
    file.write_text("providers: {p: {type: web, " + keys + "}}", encoding="utf-8")
    settings = load(file, provider_types=TYPES, default_providers={}, environ={}, overrides={}).providers["p"]
    assert isinstance(settings, WebSettings)
    return settings


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("http://192.168.1.20:8880/v1", "http://192.168.1.20:8880/v1"),
        ("https://tts.example/", "https://tts.example"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("  http://host  ", "http://host"),
        ("HTTP://Host/a//", "HTTP://Host/a"),
    ],
)
def test_an_address_is_taken_without_its_last_slash(tmp_path: Path, written: str, address: str) -> None:
    assert web(tmp_path, f'base_url: "{written}"').base_url == address


@pytest.mark.parametrize(
    "written",
    [
        "",
        "host:80",
        "ftp://host",
        "http://",
        "http://host:99999",
        "http://host:0",
        "http://ho st",
        "http://[x",
        "//host",
        r"http://host\u0000",
        r"http://ho\nst",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_is_said(tmp_path: Path, written: str) -> None:
    with pytest.raises(ConfigError, match=r"base_url: must be an address such as http://192\.168"):
        web(tmp_path, f'base_url: "{written}"')


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("http://me:secret@host", "keys have a setting of their own"),
        ("http://me@host", "keys have a setting of their own"),
        ("http://host/?key=secret", "must not hold a [?] or a #"),
        ("http://host/#x", "must not hold a [?] or a #"),
    ],
)
def test_an_address_holds_no_key(tmp_path: Path, written: str, sentence: str) -> None:
    for key in ("base_url", "proxy"):
        other = "" if key == "base_url" else "base_url: 'http://host', "
        with pytest.raises(ConfigError, match=sentence):
            web(tmp_path, f"{other}{key}: '{written}'")


def test_a_server_needs_an_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        web(tmp_path, "")


@pytest.mark.parametrize("keys", ["concurrency: 0", "concurrency: 101", "read_timeout_s: -1", "connect_timeout_s: x"])
def test_numbers_have_bounds(tmp_path: Path, keys: str) -> None:
    with pytest.raises(ConfigError, match=keys.partition(":")[0]):
        web(tmp_path, f"base_url: 'http://host', {keys}")


def test_an_endpoint_has_all_of_it(tmp_path: Path) -> None:
    keys = "base_url: 'http://host/v1', connect_timeout_s: 2, read_timeout_s: 9, proxy: 'http://px:1'"
    endpoint = web(tmp_path, f"{keys}, ca_file: /etc/ca.pem").endpoint("mine", {"Authorization": "Bearer secret"})
    assert (endpoint.provider, endpoint.base_url, endpoint.proxy) == ("mine", "http://host/v1", "http://px:1")
    assert (endpoint.connect_s, endpoint.read_s) == (2.0, 9.0)
    assert endpoint.ca_file == Path("/etc/ca.pem")
    assert endpoint.headers == {"Authorization": "Bearer secret"}
    assert "secret" not in repr(endpoint)


def test_the_reference_tells_each_key() -> None:
    text = reference(TYPES)
    for key in ("base_url", "concurrency", "connect_timeout_s", "read_timeout_s", "proxy", "ca_file"):
        assert f"| `{key}` |" in text


@pytest.mark.parametrize(
    ("keys", "here"),
    [
        ({"base_url": "http://127.0.0.1:1"}, True),
        ({"base_url": "http://[::1]:1"}, True),
        ({"base_url": "http://localhost:1"}, True),
        ({"base_url": "http://192.168.1.20:1"}, False),
        ({"base_url": "http://127.0.0.1:1", "proxy": "http://10.0.0.1:3128"}, False),
        ({"base_url": "http://127.0.0.1:1", "local": False}, False),
        ({"base_url": "http://192.168.1.20:1", "local": True}, True),
    ],
)
def test_whether_a_text_stays_on_this_machine(keys: dict[str, object], here: bool) -> None:  # noqa: FBT001 - a table
    assert HttpProviderSettings.model_validate({"type": "t", **keys}).stays_here is here
