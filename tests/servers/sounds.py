"""Something like speech for fake servers to send: tones in syllables, which the gate lets pass."""

from __future__ import annotations

import io
import math
import struct
from array import array

import numpy as np
import soundfile

SYLLABLE_S = 0.2
"""A spoken word has one or two."""


def pcm(words: int, rate: int = 24_000) -> bytes:
    """Return 16-bit mono with a rising and falling tone for each word, and a quiet end."""
    samples = array("h")
    length = int(rate * SYLLABLE_S)
    for word in range(words):
        hz = 180 + 40 * (word % 5)
        for at in range(length):
            envelope = math.sin(math.pi * at / length) ** 2
            samples.append(int(9_000 * envelope * math.sin(2 * math.pi * hz * at / rate)))
        samples.extend([0] * (length // 5))
    return samples.tobytes()


def wav(pcm_: bytes, rate: int = 24_000, *, streamed: bool = False) -> bytes:
    """Return it with a WAV header; `streamed` says that nobody knew the length when the header was sent."""
    size = 0xFFFFFFFF if streamed else len(pcm_)
    riff = 0xFFFFFFFF if streamed else 36 + len(pcm_)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", size
    )
    return head + pcm_


def encoded(pcm_: bytes, rate: int, kind: str) -> bytes:
    """Return it as `MP3`, `FLAC` or `OGG` (Opus), by libsndfile."""
    file = io.BytesIO()
    subtype = "OPUS" if kind == "OGG" else None
    soundfile.write(file, np.frombuffer(pcm_, dtype="<i2"), rate, format=kind, subtype=subtype)
    return file.getvalue()
