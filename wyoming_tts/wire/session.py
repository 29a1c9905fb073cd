"""What a client's events mean, in order: one-shot requests, text streams, and what is out of place."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.errors import BadRequest, OverloadedError, TextTooLong
from wyoming_tts.speech.request import SpeechRequest
from wyoming_tts.wire.parse import parse_manner, parse_text
from wyoming_tts.wire.text_feed import TextFeed

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming.event import Event

    from wyoming_tts.wire.limits import WireLimits


@dataclass(frozen=True, slots=True)
class Pending:
    """An accepted request, with the feed that its text comes through."""

    request: SpeechRequest
    feed: TextFeed


class Session:
    """The requests of one connection; does no I/O. `accept` is for the reader, `next` for the one who speaks."""

    def __init__(self, limits: WireLimits, *, client: str, new_id: Callable[[], str]) -> None:
        self._limits = limits
        self._client = client
        self._new_id = new_id
        self._waiting: deque[Pending] = deque()
        self._changed = asyncio.Event()
        self._ended = False
        self._speaking = False
        self._stream: TextFeed | None = None

    @property
    def in_stream(self) -> bool:
        """A text stream is open."""
        return self._stream is not None

    @property
    def busy(self) -> bool:
        """A request is being spoken, waits, or is being written by the client."""
        return self._speaking or bool(self._waiting) or self.in_stream

    def accept(self, event: Event) -> None:
        """Take one event; one of another kind means nothing here. Raises RequestError or OverloadedError."""
        match event.type:
            case "synthesize":
                self._synthesize(event)
            case "synthesize-start":
                self._start(event)
            case "synthesize-chunk":
                self._open_stream(event).put(parse_text(event))
                self._check_waiting()
            case "synthesize-stop":
                self._open_stream(event).close()
                self._stream = None
            case _:
                pass

    def end(self) -> None:
        """Accept no new request; `next` returns None after those accepted."""
        self._ended = True
        self._changed.set()

    async def next(self) -> Pending | None:
        """Wait for the next request, which is then being spoken until `done`; None when there will be none."""
        while not self._waiting:
            if self._ended:
                return None
            self._changed.clear()
            await self._changed.wait()
        self._speaking = True
        return self._waiting.popleft()

    def done(self) -> None:
        """Say that the request which `next` returned has been answered."""
        self._speaking = False

    def _synthesize(self, event: Event) -> None:
        """Within a text stream it repeats the whole text for servers that cannot stream: used only if none came."""
        if self._stream is not None:
            if not self._stream.has_text:
                self._stream.put(parse_text(event))
            return
        feed = TextFeed(self._limits.text_chars)
        feed.put(parse_text(event))
        feed.close()
        self._check_waiting(feed.chars)
        self._add(event, feed, streamed=False)

    def _start(self, event: Event) -> None:
        if self.in_stream:
            raise BadRequest("`synthesize-start` came within a text stream.")
        stream = TextFeed(self._limits.text_chars)
        self._add(event, stream, streamed=True)
        self._stream = stream

    def _open_stream(self, event: Event) -> TextFeed:
        if self._stream is None:
            raise BadRequest(f"`{event.type}` came without `synthesize-start`.")
        return self._stream

    def _add(self, event: Event, feed: TextFeed, *, streamed: bool) -> None:
        if self._ended:
            raise OverloadedError("The server is stopping; try again in a moment.")
        manner = parse_manner(event)
        if len(self._waiting) >= self._limits.max_waiting:
            raise OverloadedError("Too many requests wait on this connection.")
        request = SpeechRequest(
            id=self._new_id(),
            texts=feed,
            voice=manner.voice.name,
            speaker=manner.voice.speaker,
            language=manner.voice.language,
            ssml=manner.ssml,
            prosody=manner.prosody,
            client=self._client,
            streamed=streamed,
            via=manner.via,
        )
        self._waiting.append(Pending(request, feed))
        self._changed.set()

    def _check_waiting(self, more_chars: int = 0) -> None:
        if more_chars + sum(pending.feed.chars for pending in self._waiting) > self._limits.text_chars:
            raise TextTooLong(limit_chars=self._limits.text_chars)
