"""A Wyoming server of somebody else's on a real socket: speaks in a tone, and errs in every way a script says."""

from __future__ import annotations

import asyncio
import math
import re
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from wyoming.event import Event

from tests.fakes.model_host import until
from wyoming_tts.protocol.framing import FrameError, FrameLimits, PeerGone, encode_event, read_event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

SECRET = "the words of the utterance"
"""Stands in every error's sentence."""
LOUDNESS, TONE_HZ = 8_000, 220
QUIET_ENDS_S = 0.02


class Trouble(StrEnum):
    """What goes wrong with every request for speech, unless it is with `describe`."""

    NONE = "none"
    NO_ANSWER = "no answer"
    CLOSED_AT_ONCE = "closed at once"
    CLOSED_EARLY = "closed in the middle of the audio"
    CLOSED_UNSAID = "closed where the end should be said"
    STALLED = "nothing comes after the first chunk"
    NEVER_STOPS = "all the audio, and no end"
    ERROR = "an error, and then nothing more"
    ERROR_IN_THE_MIDDLE = "an error after some audio, and then nothing more"
    GARBAGE = "bytes that are no event"
    NO_FORMAT = "a format that is none"
    OTHER_RATE = "another rate in the middle"
    NO_AUDIO = "a start and an end"
    NOTHING = "an end"
    DESCRIBE_UNANSWERED = "describe is not answered"
    DESCRIBE_CUT = "the line of info, and not what it announces"
    DESCRIBE_GARBAGE = "something else for info"
    DESCRIBE_ERROR = "an error for info"


CLOSES = frozenset({Trouble.CLOSED_AT_ONCE, Trouble.CLOSED_EARLY, Trouble.CLOSED_UNSAID})
"""The server hangs up after its last byte; with all others the connection stays open."""


def voice(name: str, **fields: object) -> dict[str, Any]:
    """Return a voice as a program lists it."""
    return {
        "name": name,
        "attribution": {"name": "Somebody", "url": "https://example.com"},
        "installed": True,
        "description": None,
        "version": None,
        "languages": ["en_US"],
        "speakers": None,
        **fields,
    }


def program(name: str, *voices: dict[str, Any], streams: bool = False, **fields: object) -> dict[str, Any]:
    """Return a program as `info` lists it."""
    return {
        "name": name,
        "attribution": {"name": "Somebody", "url": "https://example.com"},
        "installed": True,
        "description": None,
        "version": None,
        "voices": list(voices),
        "supports_synthesize_streaming": streams,
        **fields,
    }


@dataclass
class Script:
    """How the server is and behaves; may be changed while it runs."""

    programs: list[dict[str, Any]] = field(default_factory=lambda: [program("theirs", voice("anna"))])
    info: dict[str, Any] = field(default_factory=dict)
    """More keys of `info`."""
    trouble: Trouble = Trouble.NONE
    code: str = "VoiceNotFoundError"
    """Of its errors."""
    sentences: bool = False
    """Every sentence of a text stream has a start and a stop of its own, as with wyoming-piper."""
    says_start: bool = True
    width: int = 2
    channels: int = 1
    rate: int = 16_000
    seconds_per_char: float = 0.07
    chunk_bytes: int = 2_048
    gate: asyncio.Event | None = None
    """Every chunk after the first waits for it."""


@dataclass
class ForeignServer:
    """What a running server has heard."""

    script: Script
    uri: str
    server: asyncio.Server | None = None
    heard: list[Event] = field(default_factory=list)
    describes: int = 0
    most_open: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)
    unplugged: bool = False

    def requests(self) -> list[Event]:
        """Return the events that are not `describe`."""
        return [event for event in self.heard if event.type != "describe"]

    def unplug(self) -> None:
        """Be gone, with every connection."""
        assert self.server is not None
        self.unplugged = True
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.unplugged:  # it was accepted just before
            writer.transport.abort()
        self.writers.add(writer)
        self.most_open = max(self.most_open, len(self.writers))
        speaking: list[asyncio.Task[None]] = []
        texts: list[str] | None = None
        try:
            with suppress(FrameError, PeerGone, OSError):
                while (event := await read_event(reader, FrameLimits())) is not None:
                    self.heard.append(event)
                    match event.type:
                        case "describe":
                            self.describes += 1
                            await self._describe(writer)
                        case "synthesize-start":
                            texts = []
                        case "synthesize-chunk" if texts is not None:
                            texts.append(event.data["text"])
                        case "synthesize-stop" if texts is not None:
                            speech = self._speak(writer, "".join(texts), streamed=True)
                            speaking.append(asyncio.ensure_future(speech))
                        case "synthesize" if texts is None:
                            speech = self._speak(writer, event.data["text"], streamed=False)
                            speaking.append(asyncio.ensure_future(speech))
        finally:
            for task in speaking:
                task.cancel()
            await asyncio.gather(*speaking, return_exceptions=True)
            self.writers.discard(writer)
            writer.transport.abort()

    async def _describe(self, writer: asyncio.StreamWriter) -> None:
        info = encode_event(Event("info", {"tts": self.script.programs, **self.script.info}))
        match self.script.trouble:
            case Trouble.DESCRIBE_UNANSWERED:
                return
            case Trouble.DESCRIBE_CUT:
                writer.write(info.partition(b"\n")[0] + b"\n")
                writer.close()
            case Trouble.DESCRIBE_GARBAGE:
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            case Trouble.DESCRIBE_ERROR:
                writer.write(self._error())
            case _:
                writer.write(info)

    async def _speak(self, writer: asyncio.StreamWriter, text: str, *, streamed: bool) -> None:
        for number, frame in enumerate(self._troubled(self._answer(text, streamed=streamed))):
            if number > 1 and self.script.gate is not None:
                await self.script.gate.wait()
            writer.write(frame)
            await writer.drain()
        if self.script.trouble in CLOSES:
            writer.close()

    def _answer(self, text: str, *, streamed: bool) -> list[bytes]:
        """Return the events of an answer without any trouble."""
        script = self.script
        said = re.findall(r"[^.!?]+[.!?]*\s*", text) if streamed and script.sentences else [text]
        start = [encode_event(Event("audio-start", self._format()))] if script.says_start else []
        stop = encode_event(Event("audio-stop"))
        frames = [frame for sentence in said for frame in (*start, *self._chunks(sentence), stop)]
        return [*frames, encode_event(Event("synthesize-stopped"))] if streamed else frames

    def _chunks(self, text: str) -> Iterator[bytes]:
        pcm = self.pcm(text)
        for at in range(0, len(pcm), self.script.chunk_bytes):
            yield encode_event(Event("audio-chunk", self._format(), pcm[at : at + self.script.chunk_bytes]))

    def _troubled(self, frames: list[bytes]) -> list[bytes]:
        """Return what is sent of an answer."""
        no_format = encode_event(Event("audio-start", {"rate": "fast", "width": 9}))
        other_rate = encode_event(Event("audio-chunk", self._format() | {"rate": 2 * self.script.rate}, bytes(64)))
        sent = {
            Trouble.NO_ANSWER: [],
            Trouble.CLOSED_AT_ONCE: [],
            Trouble.CLOSED_EARLY: frames[:3],
            Trouble.CLOSED_UNSAID: frames[:-1],
            Trouble.STALLED: frames[:2],
            Trouble.NEVER_STOPS: frames[:-1],
            Trouble.ERROR: [self._error()],
            Trouble.ERROR_IN_THE_MIDDLE: [*frames[:2], self._error()],
            Trouble.GARBAGE: [b"garbage\n"],
            Trouble.NO_FORMAT: [no_format],
            Trouble.OTHER_RATE: [*frames[:2], other_rate],
            Trouble.NO_AUDIO: [frames[0], frames[-1]],
            Trouble.NOTHING: frames[-1:],
        }
        return sent.get(self.script.trouble, frames)

    def pcm(self, text: str) -> bytes:
        """Return the text's audio in the script's format."""
        return b"".join(map(self._frame, tone(text, self.script)))

    def _frame(self, sample: int) -> bytes:
        """Return one sample in every channel; those of one byte have their zero at 128."""
        width = self.script.width
        if width == 1:
            return bytes([(sample >> 8) + 128]) * self.script.channels
        return (sample << 8 * (width - 2)).to_bytes(width, "little", signed=True) * self.script.channels

    def _format(self) -> dict[str, Any]:
        return {"rate": self.script.rate, "width": self.script.width, "channels": self.script.channels}

    def _error(self) -> bytes:
        return encode_event(Event("error", {"text": SECRET, "code": self.script.code}))


def tone(text: str, script: Script) -> list[int]:
    """Return the 16-bit samples of a text: a tone that begins and ends quietly."""
    count = round(len(text) * script.seconds_per_char * script.rate)
    fade = max(1, round(QUIET_ENDS_S * script.rate))
    return [
        round(LOUDNESS * min(1.0, at / fade, (count - at) / fade) * math.sin(math.tau * TONE_HZ * at / script.rate))
        for at in range(count)
    ]


@asynccontextmanager
async def foreign_server(script: Script | None = None, *, path: str = "") -> AsyncIterator[ForeignServer]:
    """Listen on a free port, or at a path; everybody who is connected in the end is thrown out."""
    foreign = ForeignServer(script or Script(), f"unix://{path}")
    if path:
        foreign.server = await asyncio.start_unix_server(foreign.serve, path)
    else:
        foreign.server = await asyncio.start_server(foreign.serve, "127.0.0.1", 0)
        foreign.uri = f"tcp://127.0.0.1:{foreign.server.sockets[0].getsockname()[1]}"
    try:
        yield foreign
    finally:
        foreign.unplug()
        await foreign.server.wait_closed()
        await until(lambda: not foreign.writers)
