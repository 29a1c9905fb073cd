"""What no linter here checks: sizes, and what must not stand in a file that others get."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MODULE_LINES, FUNCTION_LINES = 250, 45
EXCUSE = re.compile(r"#\s*long: \S")
"""`# long: REASON` on the first line of a module's file or on a function's `def` line."""

# In pieces, so that this file holds none of them.
REGISTRIES = [
    "pypi" + r"\.org",
    "python" + "hosted",
    "npmjs" + r"\.",
    "crates" + r"\.io",
    "docker" + r"\.io",
    "ghcr" + r"\.io",
]
MACHINE_PATHS = ["/work" + "/", "/root" + "/", "/opt" + "/pypi", "/opt" + "/wheels", "/home" + r"/(?!YOU\b)\w"]
UNWANTED = re.compile("|".join(REGISTRIES + [rf"(?<![\w.]){path}" for path in MACHINE_PATHS]))


def oversized(source: str) -> list[str]:
    """Return one sentence for the module where it is too long, and one for each function that is."""
    lines = source.splitlines()
    found = []
    if len(lines) > MODULE_LINES and not EXCUSE.search(lines[0]):
        found.append(f"the module has {len(lines)} lines")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES and not EXCUSE.search(lines[node.lineno - 1]):
                found.append(f"{node.name} has {length} lines")
    return found


def unwanted(text: str) -> list[str]:
    """Return the lines that name a package registry or a path of the machine they were written on."""
    return [line.strip() for line in text.splitlines() if UNWANTED.search(line)]


def shared_files() -> list[Path]:
    """Return the files that git knows or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_modules_and_functions_are_short_or_say_why_not() -> None:
    paths = sorted((ROOT / "wyoming_tts").rglob("*.py"))
    found = {str(path.relative_to(ROOT)): oversized(path.read_text(encoding="utf-8")) for path in paths}
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = {}
    for path in shared_files():
        raw = path.read_bytes()
        if b"\0" not in raw and (lines := unwanted(raw.decode("utf-8", errors="replace"))):
            found[str(path.relative_to(ROOT))] = lines
    assert found == {}


def test_an_oversized_module_and_function_are_found() -> None:
    long_function = "def speak():\n" + "    pass\n" * FUNCTION_LINES
    assert oversized(long_function) == ["speak has 46 lines"]
    assert oversized("#\n" * 251) == ["the module has 251 lines"]
    assert oversized("class Voice:\n    async " + long_function.replace("\n", "\n    ")) == ["speak has 46 lines"]


def test_a_reason_excuses_the_size() -> None:
    assert oversized("def speak():  # long: one table\n" + "    pass\n" * FUNCTION_LINES) == []
    assert oversized("# long: one table\n" + "#\n" * 250) == []
    assert oversized("# long:\n" + "#\n" * 250) == ["the module has 251 lines"]


@pytest.mark.parametrize(
    "line",
    ["see https://pypi" + ".org/project", "at /work" + "/main/x", "cd /root" + "/.venv", "/home" + "/anna/voices"],
)
def test_an_unwanted_line_is_found(line: str) -> None:
    assert unwanted(f"fine\n{line}\nfine") == [line]


@pytest.mark.parametrize("line", ["a framework/part", "https://github.com/OHF-Voice/piper1-gpl", "./root/of/all"])
def test_an_ordinary_line_is_left_alone(line: str) -> None:
    assert unwanted(line) == []
