"""The three audio events of one answer, with everything that never changes encoded once."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.protocol.framing import PROTOCOL_VERSION, encode_event

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
        self.start, self._before_size, self._after_size = _encoded(format_)
        self.stop = STOP
        self._slice_bytes = CHUNK_SAMPLES * format_.frame_bytes

    def chunks(self, pcm: bytes) -> Iterator[tuple[bytes, memoryview]]:
        """Yield the audio as `audio-chunk` events, each as its head and its payload; nothing is held back."""
        view = memoryview(pcm)
        for begin in range(0, len(pcm), self._slice_bytes):
            piece = view[begin : begin + self._slice_bytes]
            yield b"%b%d%b" % (self._before_size, len(piece), self._after_size), piece


@lru_cache(maxsize=FORMATS)
def _encoded(format_: AudioFormat) -> tuple[bytes, bytes, bytes]:
    """Return `audio-start`, and what stands before and behind the size of the payload in the head of `audio-chunk`."""
    said = {"rate": format_.rate, "width": format_.width, "channels": format_.channels}
    data = json.dumps(said)
    header = {"type": "audio-chunk", "version": PROTOCOL_VERSION, "data_length": len(data)}
    before_size = json.dumps(header)[:-1].encode() + b', "payload_length": '
    return encode_event(Event("audio-start", said)), before_size, b"}\n" + data.encode()
