"""The server that the integration tests speak to."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

with warnings.catch_warnings():
    # Up to Python 3.12 the library's audio module imports `audioop`, which warns of its end.
    warnings.simplefilter("ignore", DeprecationWarning)
    import wyoming.audio  # noqa: F401 - the first import warns, later ones are quiet

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Target:
    """A server in a process of its own."""

    host: str
    port: int
    pid: int
    write_timeout_s: float


@pytest.fixture(scope="module")
def server() -> Iterator[Target]:
    """The one place that decides which server the hostile clients meet."""
    command = [sys.executable, "-m", "tests.servers.wire_server", "--write-timeout-s", "1.0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield Target("127.0.0.1", said["port"], process.pid, write_timeout_s=1.0)
        process.communicate(timeout=10)
    assert process.returncode == 0
