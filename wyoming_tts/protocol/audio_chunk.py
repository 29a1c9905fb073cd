"""What never changes in the `audio-start` and `audio-chunk` events of one stream, encoded once.

Contract, for whoever writes audio: make one `AudioChunk` for each stream. `start` is the
whole `audio-start`. Before each piece of PCM send `head(len(piece))`, then the piece itself: together they are the very
bytes of `encode_event(Event("audio-chunk", ..., piece))`. The payload is never seen here and so never copied: hand both
to `writelines`, or join them where one write has to carry many. Pieces must be whole frames and within the reader's
limits; that is the caller's part. Immutable, so any thread may use it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.protocol.framing import PROTOCOL_VERSION, encode_event

if TYPE_CHECKING:
    from wyoming_tts.speech.audio import AudioFormat


class AudioChunk:
    """Makes the heads of the `audio-chunk` events of one format, which differ in nothing but a number."""

    __slots__ = ("_after_size", "_before_size", "start")

    def __init__(self, format_: AudioFormat) -> None:
        said = {"rate": format_.rate, "width": format_.width, "channels": format_.channels}
        self.start = encode_event(Event("audio-start", said))
        """The whole `audio-start` event."""
        data = json.dumps(said).encode()
        header = {"type": "audio-chunk", "version": PROTOCOL_VERSION, "data_length": len(data)}
        self._before_size = json.dumps(header).encode()[:-1] + b', "payload_length": '
        self._after_size = b"}\n" + data

    def head(self, payload_bytes: int) -> bytes:
        """Return everything of an `audio-chunk` that stands before its payload."""
        return b"%b%d%b" % (self._before_size, payload_bytes, self._after_size)
