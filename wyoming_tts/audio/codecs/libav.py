"""The one place that decodes with FFmpeg's library, which comes with the extra `codecs`."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from wyoming_tts.audio.codecs.damage import Damaged
from wyoming_tts.audio.codecs.sample_layout import Encoding, SampleLayout
from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULE = "av"
EXTRA = "codecs"
_KINDS = {
    "u8": (1, Encoding.UNSIGNED),
    "s16": (2, Encoding.SIGNED),
    "s32": (4, Encoding.SIGNED),
    "flt": (4, Encoding.FLOAT),
    "dbl": (8, Encoding.FLOAT),
}
"""The library's names of sample kinds; a `p` behind one means that each channel lies by itself."""


def library() -> Any:
    """Return PyAV, imported now at the latest, which takes 0.1 s; raises ImportError where it is not installed."""
    import_module("numpy")
    return import_module(MODULE)


def is_loaded() -> bool:
    """Whether `library` returns at once: it has been imported, to the end."""
    return hasattr(sys.modules.get(MODULE), "CodecContext")


class LibavDecoder:
    """One stream's packets in, 16-bit mono out, at once."""

    def __init__(self, codec: str, *, extradata: bytes | None = None) -> None:
        """`codec` is FFmpeg's name; `extradata` is the head of formats that have one. Raises ImportError, Damaged."""
        self._av = library()
        self._layout: SampleLayout | None = None
        self._facts: tuple[str, int, int] | None = None
        """Sample kind, rate and channels, as the library names them."""
        with self._translated():
            self._context = self._av.CodecContext.create(codec, "r")
            self._context.thread_count = 1  # more of them would hold frames back
            self._context.options = {"err_detect": "crccheck+explode"}
            if extradata is not None:
                self._context.extradata = extradata

    @property
    def format(self) -> AudioFormat | None:
        """16-bit mono at the source's rate; None before the first frame."""
        return self._layout.mono16 if self._layout is not None else None

    def decode(self, packet: bytes) -> bytes:
        """Return the packet's PCM; raises Damaged."""
        if not packet:  # would mean the end to the library
            return b""
        with self._translated():
            frames = self._context.decode(self._av.Packet(packet))
        return b"".join(map(self._converted, frames))

    def _converted(self, frame: Any) -> bytes:
        facts = (frame.format.name, frame.sample_rate, frame.layout.nb_channels)
        if self._facts not in {None, facts}:
            raise Damaged("another format in the middle")
        self._facts = facts
        kind, rate, channels = facts
        width, encoding = _KINDS.get(kind.removesuffix("p"), (0, Encoding.SIGNED))
        self._layout = layout = SampleLayout(AudioFormat(rate, width, channels), encoding)
        size = frame.samples * width
        if not kind.endswith("p") or channels == 1:
            return layout.converted(memoryview(frame.planes[0])[: size * channels])
        plane_layout = SampleLayout(AudioFormat(rate, width), encoding)
        planes = [plane_layout.converted(memoryview(plane)[:size]) for plane in frame.planes]
        interleaved = import_module("numpy").frombuffer(b"".join(planes), dtype="<i2").reshape(channels, -1).T
        return SampleLayout(AudioFormat(rate, 2, channels)).converted(interleaved.tobytes())

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn whatever the library says of the bytes into one word; its message could say anything."""
        try:
            yield
        except (self._av.error.FFmpegError, ValueError) as error:
            raise Damaged("frames that cannot be decoded") from error
