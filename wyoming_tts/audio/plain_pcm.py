"""From linear PCM of any width and any number of channels to 16-bit mono."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from wyoming_tts.audio.codecs.damage import Damaged
from wyoming_tts.audio.codecs.sample_layout import Encoding, SampleLayout

if TYPE_CHECKING:
    from wyoming_tts.speech.audio import AudioFormat


class PlainPcm:
    """Takes samples in any pieces and keeps what is no whole frame for the next one; the rate stays as it is.

    Samples are little-endian and signed, but for those of one byte, which have their zero at 128 as in a WAV.
    """

    def __init__(self, source: AudioFormat) -> None:
        """Take the format; raises ValueError for one that no samples have."""
        try:
            self._layout = SampleLayout(source, Encoding.UNSIGNED if source.width == 1 else Encoding.SIGNED)
        except Damaged as error:
            raise ValueError(str(error)) from error
        self._frame_bytes = source.frame_bytes
        self._rest = b""
        if (source.width, source.channels) != (2, 1):
            import_module("numpy")  # 0.1 s, here rather than in front of the first sound

    @property
    def format(self) -> AudioFormat:
        """Of what comes out."""
        return self._layout.mono16

    def feed(self, pcm: bytes) -> bytes:
        """Return the frames that are whole by now."""
        pcm = self._rest + pcm if self._rest else pcm
        size = len(pcm) - len(pcm) % self._frame_bytes
        self._rest, pcm = pcm[size:], pcm[:size]
        return self._layout.converted(pcm)
