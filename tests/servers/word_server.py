"""A worker on a real socket that speaks in tones and breaks, at any byte of its audio, in every way a worker can."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

from wyoming.event import Event

from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.protocol.extra import marks_event, utterance_of
from wyoming_tts.protocol.framing import FrameError, FrameLimits, PeerGone, encode_event, read_event
from wyoming_tts.speech.audio import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.word_sound import Spoken, WordSound

CHUNK_BYTES = (2, 640, 2_646, 8_192, 16_384, 16_384, 30_000)
"""Drawn from for every chunk; most real ones hold 50 to 400 ms."""
HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>\n" * 8


class FaultKind(StrEnum):
    REFUSED = "refused"
    """The connection is closed before `audio-start`."""
    RESET = "reset"
    """The connection ends in the middle of a chunk."""
    STALLED = "stalled"
    """Nothing more comes, and the connection stays open."""
    ENDED_EARLY = "ended early"
    """`audio-stop`, as if all had been said."""
    ERROR = "error event"
    NO_EVENT = "no event"
    """Bytes that are no Wyoming event."""
    WRONG_RATE = "wrong rate"
    NOISE = "noise"
    """Random samples in place of the rest."""
    HTML = "html"
    """A gateway's error page as samples, then an end in order."""
    SILENCE = "silence"
    """Zeros in place of the rest."""


SILENT_BYTES = 100
"""Of samples before a cut, a few milliseconds at any rate here."""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    at: int
    """Byte of the utterance's PCM at which it strikes."""


class Trouble(Protocol):
    """Decides what goes wrong with an utterance of `size` bytes of PCM; asked once for each, as they come."""

    def __call__(self, size: int) -> Fault | None: ...


@dataclass
class AtByte:
    """One fault at a byte counted over all that a server is asked to say, in the order in which it is asked."""

    kind: FaultKind
    at: int
    lasting: bool = False
    """From then on every utterance fails so at its first byte."""
    struck: bool = False
    _said: int = 0

    def __call__(self, size: int) -> Fault | None:
        before, self._said = self._said, self._said + size
        if self.struck:
            return Fault(self.kind, 0) if self.lasting else None
        if not before <= self.at < self._said:
            return None
        self.struck = True
        return Fault(self.kind, self.at - before)


@dataclass
class WordServer:
    """Listens while its context is open; one connection an utterance, like our workers."""

    path: Path
    sound: WordSound
    marks: bool = True
    trouble: Trouble | None = None
    said: list[str] = field(default_factory=list)
    """The texts it was asked to say, in order."""
    sizes: list[int] = field(default_factory=list)
    """The bytes of PCM of each."""
    open: int = 0
    """Connections that are open now."""
    ended_in_pause: list[str] = field(default_factory=list)
    """The texts whose audio ended, or went silent, between two words in good order: as a voice does that has said all.
    """
    closed_at: list[float] = field(default_factory=list)
    """When each connection ended, in the loop's time."""
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self._idle.set()
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Refuse everybody from now on, and end what is open."""
        assert self._server is not None
        self._server.close()
        self.path.unlink(missing_ok=True)
        for writer in self._writers:
            writer.transport.abort()
        await self._idle.wait()
        await self._server.wait_closed()

    async def idle(self) -> None:
        """Wait until no connection is open."""
        await self._idle.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self._idle.clear()
        self._writers.add(writer)
        try:
            with suppress(ConnectionError, FrameError, PeerGone):
                await self._answer(reader, writer)
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._writers.discard(writer)
            self.closed_at.append(asyncio.get_running_loop().time())
            self.open -= 1
            if not self.open:
                self._idle.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        event = await read_event(reader, FrameLimits())
        if event is None or event.type != "synthesize":
            return
        utterance = utterance_of(event)
        spoken = self.sound.say(utterance.text, utterance.voice)
        self.said.append(utterance.text)
        self.sizes.append(len(spoken.pcm))
        fault = self.trouble(len(spoken.pcm)) if self.trouble else None
        if fault and fault.kind is FaultKind.REFUSED:
            return
        if fault and fault.kind in (FaultKind.ENDED_EARLY, FaultKind.SILENCE) and _is_silent(spoken.pcm, fault.at):
            self.ended_in_pause.append(utterance.text)
        # Every write is in the kernel's hands when it returns, so that an abort takes nothing back.
        writer.transport.set_write_buffer_limits(0)
        speech = _Speech(writer, spoken, self.sound.rate, marks=self.marks)
        if await speech.say(fault, random.Random(utterance.text)):
            await reader.read()  # the peer leaves when it has had enough


@dataclass
class _Speech:
    """One utterance on its way out."""

    writer: asyncio.StreamWriter
    spoken: Spoken
    rate: int
    marks: bool

    async def say(self, fault: Fault | None, rng: random.Random) -> bool:
        """Send it all, or what the fault leaves of it; False where the connection is to end at once."""
        await self._send(Event("audio-start", self._format(self.rate)))
        end = len(self.spoken.pcm) if fault is None else fault.at - fault.at % 2
        for start, chunk in _chunks(self.spoken.pcm[:end], rng):
            await self._chunk(start, chunk)
        if fault is None:
            await self._send(Event("audio-stop"))
            return True
        return await self._break(fault, end, rng)

    async def _break(self, fault: Fault, end: int, rng: random.Random) -> bool:
        rest = self.spoken.pcm[end:]
        match fault.kind:
            case FaultKind.RESET:
                whole = encode_event(Event("audio-chunk", self._format(self.rate), rest[:4096]))
                await self._write(whole[: len(whole) - len(rest[:4096]) + fault.at % 2 + len(rest[:4096]) // 2])
                return False
            case FaultKind.STALLED:
                return True
            case FaultKind.ERROR:
                await self._send(Event("error", {"text": "out of order", "code": ProviderUnavailable.code}))
                return True
            case FaultKind.NO_EVENT:
                await self._write(rng.randbytes(64).replace(b"\n", b"") + b"\n")
                return True
            case FaultKind.WRONG_RATE:
                await self._send(Event("audio-chunk", self._format(self.rate * 2), rest))
            case FaultKind.NOISE:
                await self._rest(end, rng.randbytes(len(rest)), rng)
            case FaultKind.HTML:
                await self._rest(end, HTML, rng)
            case FaultKind.SILENCE:
                await self._rest(end, bytes(len(rest)), rng)
        await self._send(Event("audio-stop"))
        return True

    async def _rest(self, end: int, pcm: bytes, rng: random.Random) -> None:
        for start, chunk in _chunks(pcm, rng):
            await self._chunk(end + start, chunk)

    async def _chunk(self, start: int, chunk: bytes) -> None:
        begins, ends = start / self.rate / 2, (start + len(chunk)) / self.rate / 2
        marks = [Mark(offset, at_s) for offset, at_s in self.spoken.marks if begins <= at_s < ends]
        if self.marks and marks:
            await self._send(marks_event(marks))
        await self._send(Event("audio-chunk", self._format(self.rate), chunk))

    async def _send(self, event: Event) -> None:
        await self._write(encode_event(event))

    async def _write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    @staticmethod
    def _format(rate: int) -> dict[str, int]:
        return {"rate": rate, "width": 2, "channels": 1}


def _is_silent(pcm: bytes, before: int) -> bool:
    """Whether the last samples before a byte are silence."""
    return not any(pcm[max(0, before - before % 2 - SILENT_BYTES) : before - before % 2])


def _chunks(pcm: bytes, rng: random.Random) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < len(pcm):
        size = rng.choice(CHUNK_BYTES)
        yield start, pcm[start : start + size]
        start += size
