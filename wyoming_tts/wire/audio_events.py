"""The three audio events of one answer, with everything that never changes encoded once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.protocol.audio_chunk import AudioChunk
from wyoming_tts.protocol.framing import encode_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.speech.audio import AudioFormat

CHUNK_SAMPLES = 2048
"""At most this many in one `audio-chunk`: 93 ms at 22,050 Hz, what players of the Wyoming world are used to."""

FORMATS = 16
"""Remembered as they are encoded; a house has as many as it has kinds of engines."""

STOP = encode_event(Event("audio-stop"))


class AudioEvents:
    """Encodes the audio of one answer in its format."""

    def __init__(self, format_: AudioFormat) -> None:
        self._chunk = _encoded(format_)
        self.start = self._chunk.start
        self.stop = STOP
        self._slice_bytes = CHUNK_SAMPLES * format_.frame_bytes

    def chunks(self, pcm: bytes) -> Iterator[tuple[bytes, memoryview]]:
        """Yield the audio as `audio-chunk` events, each as its head and its payload; nothing is held back."""
        view = memoryview(pcm)
        for begin in range(0, len(pcm), self._slice_bytes):
            piece = view[begin : begin + self._slice_bytes]
            yield self._chunk.head(len(piece)), piece


@lru_cache(maxsize=FORMATS)
def _encoded(format_: AudioFormat) -> AudioChunk:
    return AudioChunk(format_)
