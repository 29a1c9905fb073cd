"""What the house lends to every adapter it builds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wyoming_tts.adapters.voice_memory import Forgetful, VoiceMemory
from wyoming_tts.net.http_session import HttpSession

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.settings.model import WorkerSettings
    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.workers.pool import WorkerPool


@dataclass(frozen=True, slots=True)
class AdapterContext:
    """Things that outlive one adapter and belong to the house."""

    data_dir: Path
    pool: WorkerPool
    clock: Clock
    workers: WorkerSettings
    language: str = "en-US"
    """Of the house, for whoever has to choose a voice unasked."""
    http: HttpSession = field(default_factory=HttpSession)
    """For everybody whose engine is reached over HTTP; the house closes it after the adapters."""
    memory: VoiceMemory = field(default_factory=Forgetful)
    """Of voice lists, for engines that may be down when the house starts."""
    instance: str = ""
    """Of this running server, a name that no other one has; empty where it need not be told from others."""
