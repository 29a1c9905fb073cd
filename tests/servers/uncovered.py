"""For a child process in which nothing is covered that other tests do not cover: it starts and runs quicker so."""

from __future__ import annotations

UNCOVERED = {"COVERAGE_PROCESS_CONFIG": ""}
"""Put over the environment; what coverage.py leaves there for children, and it does nothing where that is empty."""
