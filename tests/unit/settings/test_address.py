from __future__ import annotations

import pytest

from wyoming_tts.settings.address import HostPort


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:10280", "127.0.0.1", 10280),
        ("[::1]:80", "::1", 80),
        ("tts.local:0", "tts.local", 0),
        (":10280", "", 10280),
        ("[::]:65535", "::", 65535),
    ],
)
def test_it_is_read_and_written(text: str, host: str, port: int) -> None:
    address = HostPort.parse(text)
    assert address == (host, port)
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "localhost",
            "localhost:",
            "localhost:http",
            "1.2.3.4:65536",
            "1.2.3.4:999999999999",
            "1.2.3.4:-1",
            "a:²",
        ),
        *("::1:80", "a b:80", "http://a:80", "a/b:80", "user@a:80", "[a:80", "a\x00:80"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        HostPort.parse(text)
