"""Raw samples of a format that was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.audio.codecs.base import Codec
from wyoming_tts.audio.codecs.damage import CutShort
from wyoming_tts.audio.codecs.sample_layout import SampleLayout

if TYPE_CHECKING:
    from wyoming_tts.audio.codecs.inbox import Inbox
    from wyoming_tts.speech.audio import AudioFormat

STEP_BYTES = 32 * 1024
"""About 0.1 ms of converting, and 0.7 s of the usual 16-bit mono."""


class RawCodec(Codec):
    """Samples and nothing else."""

    def __init__(self, format_: AudioFormat) -> None:
        self._layout = SampleLayout(format_)

    @property
    def format(self) -> AudioFormat:
        """As 16-bit mono."""
        return self._layout.mono16

    def step(self, inbox: Inbox) -> bytes | None:
        """Convert the whole frames that are there."""
        size = min(len(inbox), STEP_BYTES)
        size -= size % self._layout.format.frame_bytes
        return self._layout.converted(inbox.take(size)) if size else None

    def end(self, inbox: Inbox) -> None:
        """Complain of half a frame."""
        if len(inbox):
            raise CutShort("half a frame at the end")
