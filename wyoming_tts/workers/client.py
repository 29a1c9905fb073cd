"""The parent's end of a connection to a worker, and the one seam where its failures become ours."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.errors import (
    BadAudio,
    ModelTooLarge,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.protocol.extra import LOAD_TYPE, LOADED_TYPE, MARKS_TYPE, marks_of, synthesize_event
from wyoming_tts.protocol.framing import FrameError, FrameLimits, PeerGone, encode_event, read_event
from wyoming_tts.speech.audio import AudioFormat, AudioStream, Chunk
from wyoming_tts.workers.info import info_of
from wyoming_tts.workers.pulse import PULSE_TYPE, Pulse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from wyoming_tts.speech.audio import Mark
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.workers.info import WorkerInfo

LIMITS = FrameLimits(data_bytes=16 * 1024 * 1024)
"""Data has room for the voice list of a multi-speaker collection (900 speakers are 30 kB)."""
MAX_DETAIL_CHARS = 200
MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 192_000
FAILURES: Mapping[str, type[ProviderError]] = {
    kind.code: kind for kind in (BadAudio, ModelTooLarge, ProviderTimeout, ProviderUnavailable, UtteranceRejected)
}
"""What a worker may call its failure; anything else is a failure of the worker itself."""


GONE = (ConnectionRefusedError, ConnectionResetError, BrokenPipeError, FileNotFoundError)
"""What connecting to a dead worker raises; anything else (no descriptor left, say) is no fault of the worker's."""


class WorkerGone(ProviderUnavailable):
    """The connection broke: the process is dead or dying."""


async def describe(path: str, *, provider: str) -> WorkerInfo:
    """Return what the worker offers; raises ProviderError."""
    async with _connected(path, provider) as wire:
        answer = await wire.ask(Event("describe"), "info")
    try:
        return info_of(answer)
    except (KeyError, TypeError) as error:
        raise ProviderUnavailable("not a voice list", provider=provider) from error


async def pulse(path: str, *, provider: str) -> Pulse:
    """Return how far the worker's engine is, which it says at once however busy it is; raises ProviderError."""
    async with _connected(path, provider) as wire:
        answer = await wire.ask(Event(PULSE_TYPE), PULSE_TYPE)
    try:
        return Pulse.of(answer)
    except TypeError as error:
        raise ProviderUnavailable("not a pulse", provider=provider) from error


async def load(path: str, voice: str, *, provider: str) -> None:
    """Have the worker load what a voice needs; raises ProviderError."""
    async with _connected(path, provider) as wire:
        await wire.ask(Event(LOAD_TYPE, {"voice": voice}), LOADED_TYPE)


@asynccontextmanager
async def speaking(path: str, utterance: Utterance, *, provider: str) -> AsyncIterator[AudioStream]:
    """Have the worker speak; entered with the format, left with the connection closed, which is the cancel."""
    async with _connected(path, provider) as wire:
        start = await wire.ask(synthesize_event(utterance), "audio-start")
        format_ = _format(start, provider)
        yield AudioStream(format_, _Chunks(wire, format_, provider))


class _Wire:
    """Events out and in, with every failure of the connection as a ProviderError."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, provider: str) -> None:
        self._reader = reader
        self._writer = writer
        self._provider = provider

    async def ask(self, question: Event, answer: str) -> Event:
        """Send an event and return the first answer of the type expected."""
        self._writer.write(encode_event(question))
        while True:
            event = await self.read()
            if event is None:
                raise WorkerGone("the worker ended", provider=self._provider)
            if event.type == answer:
                return event

    async def read(self) -> Event | None:
        """Return the next event, None where the worker is gone; raises what an `error` event stands for."""
        try:
            event = await read_event(self._reader, LIMITS)
        except FrameError as error:
            raise BadAudio("not a Wyoming event", provider=self._provider) from error
        except (PeerGone, OSError):
            return None
        if event is not None and event.type == "error":
            raise _failure(event, self._provider)
        return event


@asynccontextmanager
async def _connected(path: str, provider: str) -> AsyncIterator[_Wire]:
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LIMITS.header_bytes)
    except GONE as error:
        raise WorkerGone("the worker does not answer", provider=provider) from error
    except OSError as error:
        raise ProviderUnavailable(f"no connection: {type(error).__name__}", provider=provider) from error
    try:
        yield _Wire(reader, writer, provider)
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


class _Chunks:
    """The audio of one connection. An object and no generator: nothing is left to finalise when its reader leaves."""

    def __init__(self, wire: _Wire, format_: AudioFormat, provider: str) -> None:
        self._wire = wire
        self._format = format_
        self._provider = provider
        self._marks: tuple[Mark, ...] = ()
        self._spoken = False
        self._ended = False

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        while not self._ended:
            event = await self._read()
            if event.type == MARKS_TYPE:
                self._marks += self._parsed(event)
            elif event.type == "audio-chunk" and event.payload:
                return self._chunk(event)
            elif event.type == "audio-stop":
                self._ended = True
        raise StopAsyncIteration

    async def _read(self) -> Event:
        try:
            event = await self._wire.read()
        except ProviderError as error:
            self._ended = True
            if not self._spoken or isinstance(error, BadAudio):
                raise
            raise SpeechCutOff(error.detail, provider=self._provider) from error
        if event is None:
            self._ended = True
            gone = WorkerGone("the worker ended", provider=self._provider)
            if not self._spoken:
                raise gone
            raise SpeechCutOff(gone.detail, provider=self._provider) from gone
        return event

    def _chunk(self, event: Event) -> Chunk:
        pcm = event.payload or b""
        if _format(event, self._provider) != self._format or len(pcm) % self._format.frame_bytes:
            self._ended = True
            raise BadAudio("another format in the middle, or half a frame", provider=self._provider)
        marks, self._marks = self._marks, ()
        self._spoken = True
        return Chunk(pcm, marks)

    def _parsed(self, event: Event) -> tuple[Mark, ...]:
        try:
            return marks_of(event)
        except (TypeError, ValueError) as error:
            self._ended = True
            raise BadAudio("not word times", provider=self._provider) from error


def _failure(event: Event, provider: str) -> ProviderError:
    """Return what an `error` event stands for; a sentence of anybody but our own workers may quote the utterance."""
    kind = FAILURES.get(str(event.data.get("code")))
    if kind is None:
        return ProviderUnavailable("an error of its own", provider=provider)
    return kind(str(event.data.get("text", ""))[:MAX_DETAIL_CHARS], provider=provider)


def _format(event: Event, provider: str) -> AudioFormat:
    rate, width, channels = (event.data.get(key) for key in ("rate", "width", "channels"))
    if not isinstance(rate, int) or not MIN_RATE_HZ <= rate <= MAX_RATE_HZ or (width, channels) != (2, 1):
        raise BadAudio("not 16-bit mono", provider=provider)
    return AudioFormat(rate)
