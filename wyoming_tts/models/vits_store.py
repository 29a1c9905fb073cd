"""Parts of voices on the disk: cutting takes seconds, so that it is done once for each voice."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from wyoming_tts.models.vits_network import VitsNetwork
from wyoming_tts.models.vits_parts import DECODER, FACTS, FLOW, TEXT

FORMAT = "1"
"""Another one where parts are cut, or described, in another way than before."""
KEPT = 16
"""Voices: parts are as large as the voice, 60 MB for a medium one."""
CUTTING_TAKES_S = 300.0
"""At the most, for the largest voice on the slowest machine; a medium one takes 5 s on two cores."""
EXIT_UNCUTTABLE = 4
"""What the cutter ends with where the network is another one than it knows."""
OTHER_NETWORK, NO_ONNX, FAILED = "other-network", "onnx-missing", "cutting-failed"
"""Why a voice is not cut, for the owner."""
_SIGNS = (b"RandomNormal", b"ConvTranspose", b"Ceil")
"""Kinds of nodes without which a network is no VITS: it is not worth a process of its own to look closer."""
_MADE, _UNCUTTABLE, _HALF_MADE = "made.json", "uncuttable", ".half-made-"


class Uncut(Exception):
    """There are no parts of this voice; `reason` is a stable word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Trial:
    """What a network has to be tried with."""

    symbols: int
    speakers: int


Cut = Callable[[Path, Path, Trial], int]
"""Cuts a voice into a folder, and returns what the cutter ends with."""


class PartsStore:
    """One folder for each voice, called by the hash of its file; without a folder for them nothing is kept."""

    def __init__(self, folder: Path | None, *, threads: int = 0, cut: Cut | None = None) -> None:
        self._folder = folder
        self._threads = threads
        self._cut = cut or cut_in_process

    def open(self, voice: Path) -> VitsNetwork | None:
        """Return the voice in parts; None where they have to be made first. Raises Uncut, or OSError."""
        if not _may_be_vits(voice):
            raise Uncut(OTHER_NETWORK)
        if self._folder is None:
            return None
        parts = self._folder / _key(voice)
        if not parts.is_dir():
            return None
        if (parts / _UNCUTTABLE).exists():
            raise Uncut(OTHER_NETWORK)
        try:
            network = _opened(parts, threads=self._threads)
        except Exception:  # noqa: BLE001 - whatever the runtime says of a damaged network: it is made anew
            shutil.rmtree(parts, ignore_errors=True)
            return None
        with suppress(OSError):
            os.utime(parts)
        return network

    def make(self, voice: Path, trial: Trial) -> VitsNetwork:
        """Cut the voice and return it in parts; takes seconds. Raises Uncut, OSError, or what the runtime raises."""
        if find_spec("onnx") is None:
            raise Uncut(NO_ONNX)
        with tempfile.TemporaryDirectory(prefix=_HALF_MADE, dir=self._writable()) as making:
            half = Path(making) / "parts"
            half.mkdir(mode=0o700)
            code = self._cut(voice, half, trial)
            if code not in {0, EXIT_UNCUTTABLE}:
                raise Uncut(FAILED)
            if code == EXIT_UNCUTTABLE:
                shutil.rmtree(half)
                half.mkdir(mode=0o700)
                (half / _UNCUTTABLE).touch()
            (half / _MADE).write_text(json.dumps({"voice": str(voice), "sums": _sums(half)}), "utf-8")
            network = None if code else _opened(half, threads=self._threads)
            if self._folder is not None and half.is_relative_to(self._folder):
                _keep(half, self._folder / _key(voice), voice)
        if network is None:
            raise Uncut(OTHER_NETWORK)
        return network

    def _writable(self) -> Path | None:
        """Return the folder, made where it is missing; None, which is the system's own, where nothing can be kept."""
        if self._folder is None:
            return None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            return None
        return self._folder if os.access(self._folder, os.W_OK | os.X_OK) else None


def _keep(half: Path, place: Path, voice: Path) -> None:
    """Move what was made to its place, at once, and make room."""
    with suppress(OSError):  # another worker was first
        half.rename(place)
    kept = 1
    for parts in sorted(place.parent.iterdir(), key=_last_used, reverse=True):
        if parts == place or _is_being_made(parts):
            continue
        if kept < KEPT and _is_wanted(parts, voice):
            kept += 1
        else:
            shutil.rmtree(parts, ignore_errors=True)


def _may_be_vits(voice: Path) -> bool:
    with voice.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as network:
        return all(network.find(sign) >= 0 for sign in _SIGNS)


def _key(voice: Path) -> str:
    with voice.open("rb") as file:
        return f"{FORMAT}-{hashlib.file_digest(file, 'blake2b').hexdigest()[:32]}"


def cut_in_process(voice: Path, folder: Path, trial: Trial) -> int:
    """Have the voice cut by a process of its own and return its exit status; it prints nothing that is of use."""
    command = [sys.executable, "-m", "wyoming_tts.models.vits_cutter", str(voice), str(folder)]
    try:
        return subprocess.run(  # noqa: S603 - our own module, and the paths are arguments
            [*command, str(trial.symbols), str(trial.speakers)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=CUTTING_TAKES_S,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -1


def _opened(parts: Path, *, threads: int) -> VitsNetwork:
    """Load what is as it was made. Raises OSError, or ValueError and its like where it changed."""
    if _made(parts)["sums"] != _sums(parts):
        raise ValueError("damaged")
    return VitsNetwork.open(parts, threads=threads)


def _made(parts: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((parts / _MADE).read_text("utf-8"))
    return made


def _sums(parts: Path) -> dict[str, int]:
    """Return a checksum of every file: a changed bit would be heard, not noticed."""
    return {
        name: zlib.crc32((parts / name).read_bytes())
        for name in (TEXT, FLOW, DECODER, FACTS)
        if (parts / name).exists()
    }


def _last_used(parts: Path) -> float:
    try:
        return parts.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def _is_being_made(parts: Path) -> bool:
    return parts.name.startswith(_HALF_MADE) and _last_used(parts) > time.time() - 2 * CUTTING_TAKES_S


def _is_wanted(parts: Path, voice: Path) -> bool:
    """Whether this belongs to another voice that is still there."""
    try:
        owner = Path(_made(parts)["voice"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return owner != voice and owner.exists()
