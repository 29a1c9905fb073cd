"""The rooms of docs/architecture.md and what each may import, held against every module of the package."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = "wyoming_tts"

ANYTHING = frozenset({"anything"})

ROOMS: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "speech": frozenset({"errors"}),
    "text": frozenset({"speech", "errors"}),
    "audio": frozenset({"speech", "errors"}),
    "protocol": frozenset({"speech", "errors"}),
    "telemetry": frozenset({"errors"}),
    "settings": frozenset({"speech", "errors"}),
    "store": frozenset({"speech", "errors"}),
    "net": frozenset({"telemetry", "errors"}),
    "models": frozenset({"audio.frames", "speech", "errors"}),
    "workers.main": frozenset({"workers", "models", "protocol", "speech", "errors"}),
    "workers": frozenset({"models.base", "protocol", "speech", "telemetry", "errors"}),
    "adapters": frozenset({"workers", "net", "protocol", "audio", "speech", "settings", "telemetry", "errors"}),
    "synthesis": frozenset({"adapters.base", "store", "text", "audio", "speech", "settings", "telemetry", "errors"}),
    "wire": frozenset({"synthesis", "protocol", "audio", "text", "speech", "settings", "telemetry", "errors"}),
    "web": frozenset({"synthesis", "adapters.base", "audio", "text", "speech", "settings", "telemetry", "errors"}),
    "house": ANYTHING,
    "assembly": ANYTHING,
    "cli": ANYTHING,
    "commands": ANYTHING,
    "__main__": ANYTHING,
}
"""A module belongs to the longest name that leads to it; it may always import its own room."""

ONE_PLACE: dict[str, frozenset[str]] = {
    "aiohttp.web": frozenset({"web"}),
    "piper": frozenset({"models"}),
    "espeakng_loader": frozenset({"models"}),
    "yaml": frozenset({"settings"}),
    "zeroconf": frozenset({"wire"}),
}
"""Libraries that one room keeps to itself."""

NOT_IN_A_WORKER = frozenset(
    {"aiohttp", "emoji", "jinja2", "platformdirs", "psutil", "pydantic", "regex", "sentence_stream", "soundfile"}
    | {"soxr", "structlog", "yaml", "zeroconf"}
)
"""What the house uses and a worker's own interpreter may lack."""


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name inside it; "" is the package itself."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(source: str, package: str) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of everything imported, wherever in the source the import stands.

    `package` is the dotted name of the package the module lies in, from which relative imports count.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")
            base = base[: len(base) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def within(name: str, place: str) -> bool:
    """Whether the dotted `name` is `place` or lies in it."""
    return f"{name}.".startswith(f"{place}.")


def room_of(module: str) -> str | None:
    """Return the most exact room that holds the module."""
    return max((room for room in ROOMS if within(module, room)), key=len, default=None)


def faults(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Return one sentence for each import of the module that its room does not allow."""
    room = room_of(module)
    if room is None:
        return [f"{module}: in no room; add it to docs/architecture.md and to ROOMS"]
    allowed = ROOMS[room] | {room}
    package = f"{PACKAGE}.{module}" if is_package else f"{PACKAGE}.{module}".rpartition(".")[0]
    found = []
    for line, name in imports(source, package):
        ours = name.removeprefix(f"{PACKAGE}.") if within(name, PACKAGE) else None
        if ours is None:
            keepers = [
                keep for library, keep in ONE_PLACE.items() if re.match(rf"{re.escape(library)}(?=[._]|$)", name)
            ]
            bad = any(room not in keep for keep in keepers)
        else:
            is_own_name = ours == PACKAGE or ours.startswith("__version__")
            bad = allowed.isdisjoint(ANYTHING) and not is_own_name and not _is_allowed(ours, room, allowed)
        if bad:
            found.append(f"{module}:{line}: {room} may not import {name}")
    return found


def _is_allowed(name: str, room: str, allowed: frozenset[str]) -> bool:
    """A wide permission does not open the narrower rooms inside it: `workers` is not `workers.main`."""
    inner = room_of(name)
    return any(within(name, place) and (inner in {place, room} or len(place) > len(inner or "")) for place in allowed)


def table(document: str, heading: str) -> dict[str, frozenset[str]]:
    """Return the first and last column of the table under a heading: names in backquotes, or the word alone."""
    section = document.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    rows = [line.strip("| ").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    found = {}
    for cells in rows:
        last = frozenset(name.rstrip("/") for name in re.findall(r"`([^`]+)`", cells[-1]))
        for name in re.findall(r"`([^`]+)`", cells[0]):
            found[name.rstrip("/")] = last or (ANYTHING if cells[-1].strip() == "anything" else frozenset())
    return found


def test_the_document_and_this_test_hold_the_same_tables() -> None:
    document = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert table(document, "Rooms") == ROOMS
    assert table(document, "Libraries with one place") == ONE_PLACE


def test_every_room_and_every_permission_names_something_there() -> None:
    there = set(modules())
    assert [name for name in ROOMS if name not in there] == []
    named = {place for places in ROOMS.values() if places != ANYTHING for place in places}
    assert sorted(named - there) == []


@pytest.mark.parametrize("module", [name for name in modules() if name])
def test_a_module_imports_only_what_its_room_may(module: str) -> None:
    path = modules()[module]
    assert faults(module, path.read_text(encoding="utf-8"), is_package=path.name == "__init__.py") == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("speech.bad", "import wyoming_tts.text.clean"),
        ("speech.bad", "from wyoming_tts.text import clean"),
        ("speech.bad", "from wyoming_tts import text"),
        ("speech.bad", "from ..text import clean"),
        ("speech.bad", "from .. import text"),
        ("speech.bad", "def late():\n    from wyoming_tts.settings.model import Settings"),
        ("speech.bad", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from wyoming_tts.wire import server"),
        ("models.bad", "from wyoming_tts.audio import resample"),
        ("models.bad", "from wyoming_tts.audio import *"),
        ("synthesis.bad", "from wyoming_tts.adapters.local.espeak import EspeakAdapter"),
        ("synthesis.bad", "from wyoming_tts.adapters import local"),
        ("adapters.local.bad", "from wyoming_tts.models import espeak"),
        ("adapters.local.bad", "from wyoming_tts.workers import main"),
        ("workers.bad", "from wyoming_tts.workers import main"),
        ("wire.bad", "from aiohttp import web"),
        ("wire.bad", "from aiohttp.web_response import Response"),
        ("cli", "import aiohttp.web"),
        ("adapters.local.bad", "import piper"),
        ("nowhere.bad", ""),
    ],
)
def test_a_made_up_bad_module_is_found(module: str, source: str) -> None:
    assert len(faults(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("models.good", "import numpy\nimport piper\nfrom wyoming_tts.audio import frames\nfrom . import base"),
        ("synthesis.good", "from wyoming_tts.adapters.base import Adapter\nfrom .chain import Chain"),
        ("adapters.local.good", "from wyoming_tts.adapters.base import Adapter\nfrom wyoming_tts import __version__"),
        ("workers.main", "from wyoming_tts.workers.scheduler import Scheduler\nfrom wyoming_tts.models import espeak"),
        ("web.good", "from aiohttp import web\nfrom wyoming_tts.synthesis import answer"),
        ("house", "from wyoming_tts.adapters.local import espeak\nimport wyoming_tts.wire.server"),
    ],
)
def test_a_made_up_good_module_is_left_alone(module: str, source: str) -> None:
    assert faults(module, source) == []


BLOCKED = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ImportError(f"a worker may not import {{name}}")

sys.meta_path.insert(0, Refuse())
"""


def import_in_a_worker(module: str) -> subprocess.CompletedProcess[str]:
    """Import the module in an interpreter that refuses whatever a worker's own environment may lack."""
    code = BLOCKED.format(names=set(NOT_IN_A_WORKER)) + f"import {module}"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


CHILD_SIDE = [f"{PACKAGE}.{name}" for name in modules() if within(name, "models") or name == "workers.main"]


@pytest.mark.parametrize("module", CHILD_SIDE)
def test_a_worker_imports_nothing_its_own_environment_may_lack(module: str) -> None:
    result = import_in_a_worker(module)
    assert result.returncode == 0, result.stderr


def test_a_heavy_import_in_a_worker_is_found() -> None:
    result = import_in_a_worker(f"{PACKAGE}.settings.section")
    assert "a worker may not import pydantic" in result.stderr
