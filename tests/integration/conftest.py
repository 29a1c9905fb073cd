"""The server that the integration tests speak to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

with warnings.catch_warnings():
    # Up to Python 3.12 the library's audio module imports `audioop`, which warns of its end.
    warnings.simplefilter("ignore", DeprecationWarning)
    import wyoming.audio  # noqa: F401 - the first import warns, later ones are quiet

from tests.servers.uncovered import UNCOVERED

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITE_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Target:
    """A server in a process of its own."""

    host: str
    port: int
    pid: int
    write_timeout_s: float


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The one place that decides which server the hostile clients meet: the real one, with a short write budget."""
    data_dir = tmp_path_factory.mktemp("data")
    flags = ("--uri", "tcp://127.0.0.1:0", "--http", "off", "--no-zeroconf", "--data-dir", str(data_dir))
    command = [sys.executable, "-m", "wyoming_tts", "serve", *flags, "--log-format", "json"]
    environment = {
        **os.environ,
        **UNCOVERED,
        "WYOMING_TTS_PROVIDERS__PIPER__DOWNLOAD": "never",
        "WYOMING_TTS_SERVER__WRITE_TIMEOUT_S": str(WRITE_TIMEOUT_S),
    }
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stderr is not None
        port = next(_port(line) for line in process.stderr if b'"listening"' in line)
        draining = threading.Thread(target=process.stderr.read, daemon=True)
        draining.start()
        yield Target("127.0.0.1", port, process.pid, write_timeout_s=WRITE_TIMEOUT_S)
        process.terminate()
        process.wait(timeout=30)
        draining.join(timeout=30)
    assert process.returncode == 0


def _port(line: bytes) -> int:
    return int(str(json.loads(line)["uri"]).rpartition(":")[2])
