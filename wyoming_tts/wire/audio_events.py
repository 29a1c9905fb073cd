"""The three audio events of one answer, with everything that never changes encoded once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.protocol.framing import PROTOCOL_VERSION, encode_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.speech.audio import AudioFormat

CHUNK_SAMPLES = 2048
"""At most this many in one `audio-chunk`: 93 ms at 22,050 Hz, what players of the Wyoming world are used to."""


class AudioEvents:
    """Encodes the audio of one answer in its format."""

    def __init__(self, format_: AudioFormat) -> None:
        said = {"rate": format_.rate, "width": format_.width, "channels": format_.channels}
        data = json.dumps(said)
        header = {"type": "audio-chunk", "version": PROTOCOL_VERSION, "data_length": len(data)}
        self._before_size = json.dumps(header)[:-1].encode() + b', "payload_length": '
        self._after_size = b"}\n" + data.encode()
        self._slice_bytes = CHUNK_SAMPLES * format_.frame_bytes
        self.start = encode_event(Event("audio-start", said))
        self.stop = encode_event(Event("audio-stop"))

    def chunks(self, pcm: bytes) -> Iterator[tuple[bytes, memoryview]]:
        """Yield the audio as `audio-chunk` events, each as its head and its payload; nothing is held back."""
        view = memoryview(pcm)
        for begin in range(0, len(pcm), self._slice_bytes):
            piece = view[begin : begin + self._slice_bytes]
            yield b"%b%d%b" % (self._before_size, len(piece), self._after_size), piece
