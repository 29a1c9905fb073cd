"""The audio that a Wyoming server sends for one request, as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeGuard

from wyoming_tts.errors import BadAudio, NoAudio, ProviderError, SpeechCutOff
from wyoming_tts.protocol.extra import MARKS_TYPE, marks_of
from wyoming_tts.speech.audio import AudioFormat, AudioStream, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming.event import Event

    from wyoming_tts.protocol.connection import Connection
    from wyoming_tts.speech.audio import Mark

RATES_HZ = range(4_000, 192_001)
WIDTHS = range(1, 5)
CHANNELS = range(1, 9)
"""Up to 7.1 sound: nobody speaks in it, but nothing is wrong with it."""
PIECE_BYTES = 64 * 1024
"""The most handed on at once, whole frames of 16-bit mono: some servers send a whole text's audio in one event."""


class PcmReader(Protocol):
    """Turns what a server sends in its own format into whole frames of 16-bit mono."""

    @property
    def format(self) -> AudioFormat:
        """Of what comes out."""
        ...

    def feed(self, pcm: bytes) -> bytes:
        """Return what is whole by now; raises BadAudio."""
        ...


class SpokenChunks:
    """The audio of one connection. An object and no generator: nothing is left to finalise when its reader leaves.

    Only the first `audio-start` says something, and where it is missing the first `audio-chunk` does, as Home
    Assistant has it: some servers start and stop with every sentence.
    """

    def __init__(self, connection: Connection, pcm: Callable[[AudioFormat], PcmReader], *, end: str) -> None:
        self._connection = connection
        self._open = pcm
        self._end = end
        self._source: AudioFormat | None = None
        """What the server said of its audio, which must not change."""
        self._pcm: PcmReader | None = None
        self._ready = b""
        self._handed_on = 0
        """Bytes of what is ready that are no longer needed."""
        self._marks: tuple[Mark, ...] = ()
        self._spoken = False
        self._ended = False

    async def begun(self) -> AudioStream:
        """Return the stream as soon as its format is known."""
        while self._pcm is None:
            if self._ended:
                raise NoAudio(provider=self._connection.provider)
            self._take(await self._next())
        return AudioStream(self._pcm.format, self)

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        try:
            while not (self._waiting or self._ended):
                self._take(await self._next())
        except ProviderError as error:
            self._ended = True
            if not self._spoken or isinstance(error, BadAudio):
                raise
            raise SpeechCutOff(error.detail, provider=error.provider) from error
        if not self._waiting:
            raise StopAsyncIteration
        piece = self._ready[self._handed_on : self._handed_on + PIECE_BYTES]
        self._handed_on += len(piece)
        marks, self._marks = self._marks, ()
        self._spoken = True
        return Chunk(piece, marks)

    @property
    def _waiting(self) -> bool:
        return self._handed_on < len(self._ready)

    async def _next(self) -> Event:
        event = await self._connection.read()
        if event is None:
            raise self._connection.lost()
        return event

    def _take(self, event: Event) -> None:
        match event.type:
            case "audio-start":
                self._agreed(event)
            case "audio-chunk" if event.payload:
                self._ready, self._handed_on = self._agreed(event).feed(event.payload), 0
            case self._end:
                self._ended = True
            case _ if event.type == MARKS_TYPE:
                self._marks += self._parsed(event)

    def _agreed(self, event: Event) -> PcmReader:
        """Return the reader of the format that the event names: the first one does, later ones must not differ."""
        named = [event.data.get(key) for key in ("rate", "width", "channels")]
        if self._pcm is not None and named == [None] * 3:
            return self._pcm
        source = _format(*named, provider=self._connection.provider)
        if self._pcm is None:
            self._source, self._pcm = source, self._open(source)
        elif source != self._source:
            raise BadAudio("another format in the middle", provider=self._connection.provider)
        return self._pcm

    def _parsed(self, event: Event) -> tuple[Mark, ...]:
        try:
            return marks_of(event)
        except (TypeError, ValueError) as error:
            raise BadAudio("not word times", provider=self._connection.provider) from error


def _format(rate: object, width: object, channels: object, *, provider: str) -> AudioFormat:
    if _within(rate, RATES_HZ) and _within(width, WIDTHS) and _within(channels, CHANNELS):
        return AudioFormat(rate, width, channels)
    raise BadAudio("not a format of audio", provider=provider)


def _within(value: object, allowed: range) -> TypeGuard[int]:
    return type(value) is int and value in allowed
