from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from wyoming_tts.settings.server import ServerSettings


def test_each_kind_of_uri_is_taken_apart() -> None:
    tcp = ServerSettings(uri="tcp://[::]:10210")
    unix = ServerSettings(uri="unix:///run/tts.sock")
    stdio = ServerSettings(uri="stdio://")
    assert (tcp.tcp, tcp.unix_path, tcp.stdio) == (("::", 10210), None, False)
    assert (unix.tcp, unix.unix_path, unix.stdio) == (None, Path("/run/tts.sock"), False)
    assert (stdio.tcp, stdio.unix_path, stdio.stdio) == (None, None, True)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "tcp://",
        "tcp://host",
        "http://host:1",
        "unix://",
        "stdio://x",
        "host:1",
        "TCP://a:1",
        f"unix:///{'x' * 107}",
    ],
)
def test_a_uri_nobody_can_listen_on_is_refused(uri: str) -> None:
    with pytest.raises(ValidationError):
        ServerSettings(uri=uri)


def test_the_longest_socket_path_is_accepted() -> None:
    assert ServerSettings(uri=f"unix:///{'x' * 106}").unix_path is not None


def test_the_data_folder_is_the_platforms_own_unless_named() -> None:
    assert ServerSettings().data_path.name == "wyoming-tts"
    assert ServerSettings(data_dir=Path("~/voices")).data_path == Path.home() / "voices"
