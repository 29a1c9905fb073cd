"""Audio in base64 with the times of its characters, message by message."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from wyoming_tts.adapters.remote.elevenlabs.alignment import timed_of
from wyoming_tts.errors import BadAudio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wyoming_tts.adapters.remote.elevenlabs.alignment import Alignment
    from wyoming_tts.speech.audio import Mark


def bytes_per_s(output_format: str) -> float:
    """Return how much of `pcm_RATE` or `codec_RATE_KBPS` plays in a second."""
    kind, rate, *kbps = output_format.split("_")
    return int(rate) * 2.0 if kind == "pcm" else int(kbps[0]) * 125.0


class TimedAudio:
    """Reads the messages of one text in their order."""

    def __init__(self, alignment: Alignment, *, bytes_per_s: float, provider: str) -> None:
        self.alignment = alignment
        self.pieces = 0
        """Messages with audio so far."""
        self._bytes_per_s = bytes_per_s
        self._provider = provider
        self._bytes = 0

    @property
    def heard_s(self) -> float:
        """Seconds of audio so far."""
        return self._bytes / self._bytes_per_s

    def take(self, message: Mapping[str, Any], key: str) -> tuple[bytes, list[Mark]]:
        """Return the audio under `key`, maybe none, and the words that begin in it; raises BadAudio."""
        encoded = message.get(key) or ""
        try:
            audio = base64.b64decode(encoded, validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise BadAudio("audio that is no base64", provider=self._provider) from error
        timed = timed_of(message.get("alignment"))
        marks = self.alignment.take(timed, self.heard_s) if timed is not None else []
        self._bytes += len(audio)
        self.pieces += bool(audio)
        return audio, marks

    @property
    def is_complete(self) -> bool:
        """Every character was told of, and the audio reaches to the end of the last."""
        return self.alignment.is_complete(self.heard_s)
