"""The same tone from real encoders, in every format that is decoded."""

from __future__ import annotations

import io
import math
import struct
from array import array
from dataclasses import dataclass
from functools import cache
from typing import Any

import av
import numpy as np
import soundfile

from wyoming_tts.speech.audio import AudioFormat

RATE_HZ = 24_000
SECONDS = 1.0
HERTZ = 440.0
AMPLITUDE = 9000


@dataclass(frozen=True)
class Encoded:
    """A file, and what comes out of it by other hands than ours."""

    data: bytes
    rate: int
    expected: bytes
    """16-bit mono."""
    tolerance: int = 0
    """By how much a sample may differ."""
    pcm: AudioFormat | None = None
    """What has to be said of it, where it has no head."""


def tone(rate: int = RATE_HZ) -> bytes:
    samples = (round(AMPLITUDE * math.sin(2 * math.pi * HERTZ * n / rate)) for n in range(round(rate * SECONDS)))
    return array("h", samples).tobytes()


def by_libav(codec: str, container: str, *, rate: int = RATE_HZ, channels: int = 1, page_ms: int = 20) -> bytes:
    """Encode to a sink that cannot seek, as a server does that streams."""
    sink = Sink()
    options = {"page_duration": str(page_ms * 1000)} if container == "ogg" else {}
    with av.open(sink, "w", format=container, options=options) as file:
        stream: Any = file.add_stream(codec, rate=rate)
        stream.layout = "mono" if channels == 1 else "stereo"
        samples = np.repeat(np.frombuffer(tone(rate), dtype="<i2"), channels)
        for start in range(0, len(samples), 960 * channels):
            block = np.ascontiguousarray(samples[None, start : start + 960 * channels])
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=stream.layout.name)
            frame.rate, frame.pts = rate, start // channels
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return bytes(sink.data)


def by_libsndfile(container: str, subtype: str, *, channels: int = 1, rate: int = RATE_HZ) -> bytes:
    file = io.BytesIO()
    samples = np.frombuffer(tone(rate), dtype="<i2").reshape(-1, 1)
    floats = samples.astype("f8") / 32767
    is_float = subtype in {"FLOAT", "DOUBLE"}
    soundfile.write(
        file, np.repeat(floats if is_float else samples, channels, axis=1), rate, format=container, subtype=subtype
    )
    return file.getvalue()


class Sink:
    """A file that can only be written to."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def wav(pcm: bytes, *, size: int | None = None, rate: int = RATE_HZ, front: bytes = b"", tag: int = 1) -> bytes:
    """Return 16-bit mono with a header that says `size`, with `front` between its `fmt ` and its samples."""
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, 1, rate, rate * 2, 2, 16)
    data = b"data" + struct.pack("<I", len(pcm) if size is None else size)
    return b"RIFF" + struct.pack("<I", 36) + b"WAVE" + fmt + front + data + pcm


def read_by_libav(data: bytes) -> bytes:
    """Return the file as 16-bit mono, read as a whole."""
    mono = av.AudioResampler(format="s16", layout="mono")
    with av.open(io.BytesIO(data), "r") as file:
        frames = [frame for decoded in file.decode(audio=0) for frame in mono.resample(decoded)]
    return b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in frames)


@cache
def encoded() -> dict[str, Encoded]:
    """Return every format by a name."""
    exact = {
        "wav": wav(tone()),
        "wav, endless": by_libav("pcm_s16le", "wav"),
        "wav, no size": wav(tone(), size=0),
        "flac": by_libav("flac", "flac"),
        "flac, 24 bits": by_libsndfile("FLAC", "PCM_24"),
    }
    for subtype in ("PCM_24", "PCM_32", "FLOAT", "DOUBLE"):
        exact[f"wav, {subtype}"] = by_libsndfile("WAV", subtype)
        exact[f"wav, extensible, stereo, {subtype}"] = by_libsndfile("WAVEX", subtype, channels=2)
    lossy = {
        "mp3": (by_libav("libmp3lame", "mp3"), RATE_HZ),
        "mp3, stereo": (by_libav("libmp3lame", "mp3", rate=44_100, channels=2), 44_100),
        "mp3, with its delays": (by_libsndfile("MP3", "MPEG_LAYER_III"), RATE_HZ),
        "mp3, 8 kHz": (by_libsndfile("MP3", "MPEG_LAYER_III", rate=8000), 8000),
        "opus": (by_libav("libopus", "ogg", rate=48_000), 48_000),
        "opus, long pages": (by_libsndfile("OGG", "OPUS"), 48_000),
        "opus, stereo": (by_libav("libopus", "ogg", rate=48_000, channels=2), 48_000),
        "aac": (by_libav("aac", "adts"), RATE_HZ),
    }
    return {
        "raw": Encoded(tone(), RATE_HZ, tone(), pcm=AudioFormat(RATE_HZ)),
        "wav, 8 bits": Encoded(by_libsndfile("WAV", "PCM_U8"), RATE_HZ, tone(), tolerance=255),
        "flac, stereo": Encoded(by_libav("flac", "flac", rate=44_100, channels=2), 44_100, tone(44_100)),
        **{name: Encoded(data, RATE_HZ, tone()) for name, data in exact.items()},
        # One for the rounding.
        **{name: Encoded(data, rate, read_by_libav(data), tolerance=1) for name, (data, rate) in lossy.items()},
    }


NAMES = (
    *("raw", "wav", "wav, endless", "wav, no size", "wav, 8 bits", "wav, PCM_24", "wav, PCM_32", "wav, FLOAT"),
    *("wav, DOUBLE", "wav, extensible, stereo, PCM_24", "wav, extensible, stereo, PCM_32"),
    *("wav, extensible, stereo, FLOAT", "wav, extensible, stereo, DOUBLE", "flac", "flac, stereo", "flac, 24 bits"),
    *("mp3", "mp3, stereo", "mp3, with its delays", "mp3, 8 kHz", "opus", "opus, long pages", "opus, stereo", "aac"),
)
"""Of them all, to name tests before anything is encoded."""
