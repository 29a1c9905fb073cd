"""Whose a host is, by its name or address alone."""

import pytest

from wyoming_tts.net.endpoint import is_at_home, is_loopback


@pytest.mark.parametrize(
    ("host", "loopback", "home"),
    [
        ("127.0.0.1", True, True),
        ("::1", True, True),
        ("localhost", True, True),
        ("tts.localhost", True, True),
        ("192.168.1.20", False, True),
        ("fd00::20", False, True),
        ("fe80::1%eth0", False, True),
        ("nas", False, True),
        ("nas.fritz.box", False, False),
        ("nas.local", False, True),
        ("api.openai.com", False, False),
        ("8.8.8.8", False, False),
    ],
)
def test_whose_a_host_is(host: str, *, loopback: bool, home: bool) -> None:
    assert (is_loopback(host), is_at_home(host)) == (loopback, home)
