"""A program that writes a WAV to its standard output, with the knobs of a fake cloud, as far as a program has them."""

from __future__ import annotations

from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Self

import psutil

from tests.fakes.model_host import until
from tests.servers.fake_api import HTML, Knob
from tests.servers.sounds import pcm, wav

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RATE = 24_000
WORDS = 5

# A shell starts in a millisecond, so that it leaves the time to what is tested.
PROGRAM = r"""#!/bin/sh
cd "$(dirname "$0")" || exit 9
cat > /dev/null
echo + >> asked
trap 'echo - >> asked' EXIT
read -r at knob < knob
case "$knob" in
  "slow headers") sleep 0.02; cat sound ;;
  "slow body") for i in 0 1 2 3 4 5 6 7; do tail -c +$((i * 8000 + 1)) sound | head -c 8000; sleep 0.02; done ;;
  "no headers") exec sleep 1000 ;;
  stall) head -c "$at" sound; exec sleep 1000 ;;
  cut) head -c "$at" sound; exit 3 ;;
  empty) ;;
  "wrong type") cat page ;;
  json) echo '{"error": "it went wrong"}' ;;
  garbage) head -c 60000 /dev/urandom ;;
  500) exit 3 ;;
  *) cat sound ;;
esac
"""


class FakeProgram:
    """There while its context is open."""

    def __init__(self, folder: Path) -> None:
        self.audio = pcm(WORDS, RATE)
        self.at = 6_000
        self.folder = folder
        self._program = folder / "program"
        self.url = str(self._program)
        self._knob = Knob.OK

    @property
    def knob(self) -> Knob:
        return self._knob

    @knob.setter
    def knob(self, knob: Knob) -> None:
        self._knob = knob
        self._write_knob()

    @property
    def asked(self) -> Sequence[str]:
        return [line for line in self._log() if line == "+"]

    @property
    def most_open(self) -> int:
        return max(accumulate((1 if line == "+" else -1 for line in self._log()), initial=0))

    @property
    def open(self) -> int:
        """How many of it run."""
        running = {child.pid: child for child in psutil.Process().children(recursive=True) if _runs(child, self.url)}
        # The shell's own children are no programs of their own.
        return sum(_parent(child) not in running for child in running.values())

    async def __aenter__(self) -> Self:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "sound").write_bytes(wav(self.audio, RATE))
        (self.folder / "page").write_bytes(HTML)
        self._write_knob()
        self._program.write_text(PROGRAM)
        self._program.chmod(0o755)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._program.unlink()

    async def idle(self) -> None:
        await until(lambda: not self.open)

    def _log(self) -> list[str]:
        log = self.folder / "asked"
        return log.read_text().splitlines() if log.exists() else []

    def _write_knob(self) -> None:
        self.folder.mkdir(exist_ok=True)
        # In one step: a program that begins meanwhile must not find half of it.
        new = self.folder / "knob.new"
        new.write_text(f"{self.at} {self._knob}\n")
        new.replace(self.folder / "knob")


def _parent(process: psutil.Process) -> int | None:
    with suppress(psutil.Error):
        return process.ppid()
    return None


def _runs(process: psutil.Process, program: str) -> bool:
    with suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get("FAKE_PROGRAM") == program
    return False
