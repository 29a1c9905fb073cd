"""Which Piper voices are in use, and in which way their worker speaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from wyoming_tts.workers.info import WorkerInfo

log = structlog.get_logger(__name__)


class PiperUse:
    """Learns from what the worker says; cutting a voice begins with its first use, and may turn out impossible."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._used: set[str] = set()
        self._marked: set[str] = set()
        self._told: dict[str, str] = {}
        """Why which voice is spoken whole sentence by whole sentence, as it stands in the log."""
        self._whole: set[str] = set()
        """Voices that are known to stay whole."""

    def has_marks(self, voice: str) -> bool:
        """Whether the voice is known to be spoken with word times; its parts stay on the disk."""
        return voice in self._marked

    def note(self, voice: str) -> None:
        """Take note that a voice is about to be spoken with or loaded."""
        self._used.add(voice)

    def curious(self) -> bool:
        """Whether the worker should be asked again: a voice in use is neither in parts yet, nor known to stay whole."""
        return not self._used <= self._marked | self._whole

    def learn(self, info: WorkerInfo) -> None:
        """Take in what the worker said, and tell once of each voice that cannot be spoken in parts."""
        self._whole = {file.name.removesuffix(".onnx") for file in info.remarks.whole}
        self._marked = (self._marked | set(info.remarks.marked)) - self._whole
        for file in info.remarks.whole:
            if self._told.get(file.name) != file.reason:
                self._told[file.name] = file.reason
                log.info(
                    "voice is spoken by whole sentences", provider=self._provider, file=file.name, reason=file.reason
                )
