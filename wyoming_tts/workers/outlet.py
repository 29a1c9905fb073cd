"""Where an engine's audio leaves its thread: the sink of one utterance."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.protocol.audio_chunk import AudioChunk
from wyoming_tts.protocol.extra import marks_event
from wyoming_tts.protocol.framing import encode_event
from wyoming_tts.workers.failure import DamagedAudio, Failure, failure_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from wyoming_tts.speech.audio import AudioFormat, Mark

PIECE_BYTES = 32 * 1024
"""The most PCM in one event: 0.74 s at 22,050 Hz. Longer ones save nothing (with 4,096 samples each the way costs 1.7
times as much, with 1,024 3.6 times), and the reader judges an event's audio in one go, 1.2 ms for this."""

FIRST_LEAVES_WITHIN_S = 0.002
"""The engine rests this long at most until its first audio has left: on two cores it would only hold that up."""


class Outlet:
    """Carries one utterance's audio from the engine's thread to its connection in the loop's thread.

    What is posted while the loop is busy leaves in one write. What waits is bounded by the length of one utterance.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, write: Callable[[bytes], None]) -> None:
        self._loop = loop
        self._write = write
        self._format: AudioFormat | None = None
        self._chunk: AudioChunk | None = None
        self._lock = threading.Lock()
        self._posted: list[bytes | memoryview] = []
        self._awake = False
        """The loop has been told of what was posted."""
        self._first_left = threading.Event()
        self._cancel_lock = threading.Lock()
        self._cancelled = False
        self._stop: Callable[[], None] | None = None
        self.finished = False
        """Everything has been posted; read and written in the loop's thread."""
        self.seconds = 0.0
        """Audio handed over so far; read and written in the engine's thread."""
        self.in_hand_s = 0.0
        """What the listener had to play when the step began; set by the scheduler."""
        self.alone = True
        """Whether nobody else waited for the engine then; set by the scheduler."""

    @property
    def cancelled(self) -> bool:
        """Nobody wants the rest."""
        return self._cancelled

    @property
    def opened(self) -> bool:
        """The engine has begun to speak."""
        return self._format is not None

    def open(self, format_: AudioFormat) -> None:
        """Say in which format the audio comes (engine's thread)."""
        if self._format is not None:
            raise DamagedAudio("opened twice")
        self._format = format_
        self._chunk = AudioChunk(format_)
        with self._lock:  # leaves with the first audio: one thing to wake up for instead of two
            self._posted.append(self._chunk.start)

    def emit(self, pcm: bytes, marks: Sequence[Mark] = ()) -> None:
        """Hand over whole frames (engine's thread)."""
        if self._format is None or self._chunk is None or len(pcm) % self._format.frame_bytes:
            raise DamagedAudio("no format, or half a frame")
        if self._cancelled:
            return
        parts: list[bytes | memoryview] = [encode_event(marks_event(marks))] if marks else []
        piece = PIECE_BYTES - PIECE_BYTES % self._format.frame_bytes
        view = memoryview(pcm)
        for start in range(0, len(pcm), piece):
            payload = view[start : start + piece]
            parts += (self._chunk.head(len(payload)), payload)
        self.seconds += self._format.seconds(len(pcm))
        self._post(*parts)
        if not self._first_left.is_set():
            self._first_left.wait(FIRST_LEAVES_WITHIN_S)

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Call `stop` when the utterance is cancelled: from the loop's thread, or at once where it already is."""
        with self._cancel_lock:
            self._stop = stop
            if self._cancelled:
                self._call_stop()

    def cancel(self) -> None:
        """Nobody wants the rest: tell the engine (loop's thread). Never reaches an engine that has finished."""
        with self._cancel_lock:
            if not self._cancelled:
                self._cancelled = True
                self._call_stop()

    def finish(self, error: Exception | None = None) -> None:
        """End the audio, well or with what the engine raised (engine's thread)."""
        with self._cancel_lock:
            self._stop = None
        if error is None and not self.opened:
            error = DamagedAudio("never opened")
        if error is None:
            last = encode_event(Event("audio-stop"))
        else:
            last = encode_event(error_event(failure_of(error, opened=self.opened)))
        self._post(last)
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        self.finished = True

    def _call_stop(self) -> None:
        if self._stop is not None:
            with suppress(Exception):  # an engine that cannot be stopped still ends its step
                self._stop()

    def _post(self, *parts: bytes | memoryview) -> None:
        with self._lock:
            self._posted += parts
            wake, self._awake = not self._awake, True
        if wake:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        with self._lock:
            posted, self._posted = self._posted, []
            self._awake = False
        if not self._cancelled:
            self._write(b"".join(posted))
        self._first_left.set()


def error_event(failure: Failure) -> Event:
    """Return a failure as Wyoming's `error`."""
    return Event("error", {"text": failure.detail, "code": failure.code})
