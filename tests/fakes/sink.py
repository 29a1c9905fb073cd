"""A sink that remembers, and that cancels itself when told to."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wyoming_tts.speech.audio import AudioFormat, Mark


class RecordingSink:
    """Keeps what a model hands over; `cancel()` may be called from any thread."""

    def __init__(self, *, cancel_after: int | None = None, in_hand_s: float = 0.0, alone: bool = True) -> None:
        self._cancel_after = cancel_after
        """Emits after which the listener hangs up; 0 for one who is gone from the beginning."""
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None
        self.watched = threading.Event()
        """Set once a step can be stopped."""
        self.cancelled = cancel_after == 0
        self.formats: list[AudioFormat] = []
        self.chunks: list[bytes] = []
        self.marks: list[Mark] = []
        self.in_hand_s = in_hand_s
        self.alone = alone

    @property
    def pcm(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def samples(self) -> int:
        """Samples of 16 bits."""
        return len(self.pcm) // 2

    def open(self, format_: AudioFormat) -> None:
        self.formats.append(format_)

    def emit(self, pcm: bytes, marks: Sequence[Mark] = ()) -> None:
        assert self.formats, "audio before its format"
        assert not self.cancelled, "audio after the cancel"
        assert len(pcm) % self.formats[0].frame_bytes == 0, "half a frame"
        self.chunks.append(pcm)
        self.marks.extend(marks)
        if len(self.chunks) == self._cancel_after:
            self.cancel()

    def on_cancel(self, stop: Callable[[], None]) -> None:
        with self._lock:
            self._stop = stop
        self.watched.set()

    def cancel(self) -> None:
        with self._lock:
            self.cancelled = True
            stop = self._stop
        if stop is not None:
            stop()
