"""What a worker process is made of."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_VARIABLES = "WYOMING_TTS_"
"""Our own settings in the environment, keys among them: no business of an engine."""


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """Which model a worker serves, how it is set up, and in which interpreter."""

    model: str
    """An engine of `wyoming_tts.models`, or the dotted name of a module with `create(options)`."""
    options: Mapping[str, object] = field(default_factory=dict)
    """What `create` gets; must be JSON, and no secret, since a command line is public."""
    python: str = sys.executable
    """Another one must have this package installed, or find it by `PYTHONPATH` in `env`."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables on top of ours."""

    def environment(self) -> dict[str, str]:
        """Return the worker's environment: ours without our settings, then `env`."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
        return ours | dict(self.env)
