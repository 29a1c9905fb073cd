"""Options of the whole suite, and the tables that some tests print at its end."""

from __future__ import annotations

import pytest

TABLE = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the tests under random faults in their long form")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TABLE] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash[TABLE]:
        terminalreporter.write_line(line)


@pytest.fixture
def table(request: pytest.FixtureRequest) -> list[str]:
    """Lines to be shown when all tests have run."""
    return request.config.stash[TABLE]


@pytest.fixture
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether the long form was asked for."""
    return bool(request.config.getoption("soak"))
