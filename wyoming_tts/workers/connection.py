"""The child's end of a connection: Wyoming events in, work for the engine, Wyoming events out."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.errors import BadRequest
from wyoming_tts.protocol.extra import LOAD_TYPE, LOADED_TYPE, utterance_of
from wyoming_tts.protocol.framing import FrameError, FrameLimits, PeerGone, encode_event, read_event
from wyoming_tts.workers.failure import Failure, failure_of
from wyoming_tts.workers.info import info_event
from wyoming_tts.workers.outlet import Outlet, error_event
from wyoming_tts.workers.pulse import PULSE_TYPE

if TYPE_CHECKING:
    from wyoming_tts.workers.scheduler import Scheduler

LIMITS = FrameLimits()
LOAD_DUE_IN_S = 2.0
"""A load goes before an utterance only where the listener has this much audio in hand: a medium voice takes 1-2 s."""


class Connection:
    """Serves one peer; reading goes on while the engine works, so that the peer's leaving is noticed at once."""

    def __init__(self, scheduler: Scheduler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._scheduler = scheduler
        self._reader = reader
        self._writer = writer
        self._outlet: Outlet | None = None

    async def serve(self) -> None:
        """Answer events until the peer goes or sends something that is not one; then drop its utterance."""
        try:
            with suppress(FrameError, PeerGone, ConnectionError):
                while (event := await read_event(self._reader, LIMITS)) is not None:
                    await self._answer(event)
        finally:
            if self._outlet is not None:
                self._outlet.cancel()
            self._writer.close()

    async def _answer(self, event: Event) -> None:
        if event.type == "synthesize":
            self._synthesize(event)
        elif event.type == "describe":
            await self._describe()
        elif event.type == PULSE_TYPE:
            self._send(self._scheduler.pulse().event())
        elif event.type == LOAD_TYPE:
            await self._load(str(event.data.get("voice", "")))

    def _synthesize(self, event: Event) -> None:
        if self._outlet is not None and not self._outlet.finished:
            self._send(error_event(Failure(BadRequest.code, "one utterance at a time on a connection")))
            return
        try:
            utterance = utterance_of(event)
        except (KeyError, TypeError, ValueError):
            self._send(error_event(Failure(BadRequest.code, "not an utterance")))
            return
        self._outlet = Outlet(asyncio.get_running_loop(), self._writer.write)
        self._scheduler.speak(utterance, self._outlet)

    async def _describe(self) -> None:
        try:
            offer = await asyncio.wrap_future(self._scheduler.call(lambda model: (model.voices(), model.remarks())))
        except Exception as error:  # noqa: BLE001 - whatever the engine raises is an answer
            self._send(error_event(failure_of(error)))
        else:
            self._send(info_event(*offer))

    async def _load(self, voice: str) -> None:
        try:
            await asyncio.wrap_future(self._scheduler.call(lambda model: model.load(voice), LOAD_DUE_IN_S))
        except Exception as error:  # noqa: BLE001 - whatever the engine raises is an answer
            self._send(error_event(failure_of(error)))
        else:
            self._send(Event(LOADED_TYPE))

    def _send(self, event: Event) -> None:
        self._writer.write(encode_event(event))
