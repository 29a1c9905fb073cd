from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from wyoming_tts.adapters.remote.wyoming_settings import WyomingSettings
from wyoming_tts.protocol.address import Address


def settings(uri: str, **keys: Any) -> WyomingSettings:
    return WyomingSettings.model_validate({"type": "wyoming", "uri": uri, **keys})


@pytest.mark.parametrize(
    ("uri", "address", "stays_here"),
    [
        ("tcp://192.168.1.20:10200", Address(host="192.168.1.20", port=10200), False),
        ("tcp://piper.local:10200", Address(host="piper.local", port=10200), False),
        ("tcp://[fd00::1]:1", Address(host="fd00::1", port=1), False),
        ("tcp://localhost:10200", Address(host="localhost", port=10200), True),
        ("tcp://127.1.2.3:10200", Address(host="127.1.2.3", port=10200), True),
        ("tcp://[::1]:10200", Address(host="::1", port=10200), True),
        ("unix:///run/piper.sock", Address(path="/run/piper.sock"), True),
    ],
)
def test_an_address_is_read_and_known_to_be_here_or_not(uri: str, address: Address, *, stays_here: bool) -> None:
    read = settings(uri)
    assert read.address == address
    assert read.stays_here is stays_here
    assert settings(uri, local=not stays_here).stays_here is not stays_here


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("192.168.1.20:10200", "must be tcp://HOST:PORT or unix://PATH"),
        ("http://192.168.1.20:10200", "must be tcp://HOST:PORT or unix://PATH"),
        ("stdio://", "must be tcp://HOST:PORT or unix://PATH"),
        ("tcp://192.168.1.20", "must end with a port, as in tcp://127.0.0.1:10200"),
        ("tcp://:10200", "must name the host and the port"),
        ("tcp://192.168.1.20:0", "must name the host and the port"),
        ("tcp://a b:1", "a host and a port and nothing else"),
        ("unix://", "must be tcp://HOST:PORT or unix://PATH"),
        ("unix://" + "x" * 108, "at most 107 bytes"),
    ],
)
def test_what_is_no_address_is_told_in_a_sentence(uri: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(uri)


def test_an_address_must_be_given() -> None:
    with pytest.raises(ValidationError, match="uri"):
        WyomingSettings.model_validate({"type": "wyoming"})
