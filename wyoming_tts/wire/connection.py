"""One client from its first byte to its last: a task that reads beside a task that speaks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.errors import BadRequest, TtsError
from wyoming_tts.protocol.framing import PeerGone, read_event
from wyoming_tts.wire.info import Origin
from wyoming_tts.wire.outlet import Outlet
from wyoming_tts.wire.session import Session
from wyoming_tts.wire.speaking import speak
from wyoming_tts.wire.unexpected import where

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger

    from wyoming_tts.telemetry.clock import Clock
    from wyoming_tts.wire.house import HouseSource
    from wyoming_tts.wire.info import InfoEvent
    from wyoming_tts.wire.limits import WireLimits
    from wyoming_tts.wire.peer import Peer

DISCARD_BYTES = 64 * 1024
DISCARD_PAUSE_S = 0.005
"""Between two reads of what nobody wants: 13 MB/s, enough for an honest mistake and too little to hold up others."""

ERROR_CHARS = 400
"""An error's text stands in Home Assistant's log; it is cut where it would fill the screen."""


@dataclass(frozen=True, slots=True)
class Service:
    """What all connections of a server share."""

    house_source: HouseSource
    info: InfoEvent
    limits: WireLimits
    clock: Clock
    log: FilteringBoundLogger
    new_id: Callable[[], str]


class Connection:
    """Serves one peer; `run` is the whole of its life, the other methods may be called meanwhile."""

    def __init__(self, peer: Peer, service: Service) -> None:
        self._peer = peer
        self._service = service
        self._limits = service.limits
        self._frames = service.limits.frames
        self._outlet = Outlet(peer.writer, write_timeout_s=service.limits.write_timeout_s, clock=service.clock)
        self._session = Session(service.limits, client=peer.address, new_id=service.new_id)
        self._tasks: tuple[asyncio.Task[TtsError | None], ...] = ()
        self._patience: asyncio.Timeout | None = None
        self._refusal: TtsError | None = None
        self._ending: TtsError | None = None
        self._stopped = False
        self._quiet_since = service.clock.now()

    @property
    def quiet_since(self) -> float | None:
        """When the last event or answer ended; None while a request is being spoken, waits or is being written."""
        return None if self._session.busy and not self._parting else self._quiet_since

    @property
    def starved_since(self) -> float | None:
        """Since when a text stream has got no text and had nothing to say; None where no stream waits for text."""
        written = self._outlet.quiet_since
        if written is None or self._parting or self._stopped or not self._session.in_stream:
            return None
        return max(written, self._quiet_since)

    @property
    def _parting(self) -> bool:
        return bool(self._tasks) and all(task.done() for task in self._tasks)

    async def run(self) -> None:
        """Serve the peer until it is gone, breaks the rules, or nobody wants it any longer."""
        try:
            error = await self._converse()
            if error is not None and not isinstance(error, PeerGone):
                await self._part_with(error)
            if not isinstance(error, PeerGone):
                await self._outlet.close(self._limits.linger_s)
        finally:
            self._outlet.abort()

    async def refuse(self, error: TtsError) -> None:
        """Instead of `run`: tell the peer why it is not served."""
        try:
            await self._part_with(error)
            await self._outlet.close(self._limits.linger_s)
        finally:
            self._outlet.abort()

    def drain(self) -> None:
        """Finish what was accepted, accept nothing new, then end; at once where nothing was asked."""
        self._session.end()

    def end(self, error: TtsError | None = None) -> None:
        """Stop at once; an error is told to the peer. A farewell that is under way goes on: it is short."""
        self._stopped = True
        self._ending = error
        for task in self._tasks:
            task.cancel()

    def evict(self) -> None:
        """Make room at once, without a word: for one that is quiet."""
        self.end()
        self._outlet.abort()

    async def _converse(self) -> TtsError | None:
        """Read and speak until one of them is over for good; return what to tell the peer."""
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self._read())
            speaking = group.create_task(self._speak())
            self._tasks = (reading, speaking)
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            if not speaking.done() and _result(reading) is None and self._may_finish():
                self._session.end()
                await asyncio.wait([speaking])
            for task in self._tasks:
                task.cancel()
        return self._ending or _result(reading) or _result(speaking) or self._refusal

    def _may_finish(self) -> bool:
        """Whether, after the end of the input, the peer still listens and has said all it meant to say."""
        return not (self._stopped or self._peer.gone_at_eof or self._session.in_stream)

    async def _read(self) -> TtsError | None:
        """Take events until the input ends (None), the peer is gone, or it is told to wait no longer."""
        while True:
            try:
                event = await self._next_event()
                if event is None:
                    return self._at_eof()
                await self._take(event)
            except PeerGone as error:
                return error
            except TtsError as error:
                self._service.log.info("client error", client=self._peer.address, code=error.code)
                if self._session.in_stream:
                    return error
                return await self._refuse(error)
            await asyncio.sleep(0)  # many small events in one packet must not hold up everybody else

    async def _refuse(self, error: TtsError) -> TtsError | None:
        """Let the requests that were in order finish first; until then read on only to notice that the peer leaves."""
        self._refusal = error
        self._session.end()
        await self._discard()
        return self._at_eof()

    def _at_eof(self) -> TtsError | None:
        return PeerGone("The client hung up.") if self._session.busy and self._peer.gone_at_eof else None

    async def _next_event(self) -> Event | None:
        try:
            async with asyncio.timeout(None) as self._patience:
                self._reset_patience()
                return await read_event(self._peer.reader, self._frames)
        except TimeoutError:
            if self._session.in_stream:
                raise BadRequest("The text stream paused for too long.") from None
            return None
        except OSError as error:
            raise PeerGone("The client has closed the connection.") from error
        finally:
            self._patience = None

    def _reset_patience(self) -> None:
        """Set how long to wait for the next event, by what is going on."""
        self._quiet_since = self._service.clock.now()
        if self._patience is None or self._patience.expired():
            return
        seconds = None
        if self._session.in_stream:
            seconds = self._limits.text_pause_s
        elif not self._session.busy:
            seconds = self._limits.idle_timeout_s
        self._patience.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    async def _take(self, event: Event) -> None:
        if event.type == "describe":
            house = self._service.house_source()
            origin = Origin(house.instance, house.catalog.relayed())
            encoded = await self._service.info.encoded(house.catalog.advertised(), origin)
            if encoded is not None:
                await self._outlet.write(encoded)
        elif event.type == "ping":
            text = event.data.get("text")
            await self._outlet.send(Event("pong", {"text": text if isinstance(text, str) else None}))
        else:
            self._session.accept(event)

    async def _speak(self) -> TtsError | None:
        """Speak the requests one after the other; return the failure that ends the connection, or None after all."""
        while (pending := await self._session.next()) is not None:
            try:
                await pending.feed.begun()  # until then it takes no place among the answers
                await speak(pending, self._service.house_source(), self._outlet)
            except TtsError as error:
                return error
            except Exception as error:  # noqa: BLE001 - a fault of ours must not leave the client without an answer
                # No traceback: its message may hold the spoken text.
                self._service.log.error(
                    "request failed unexpectedly", id=pending.request.id, error=type(error).__name__, at=where(error)
                )
                return TtsError("The server failed; its log says where.")
            self._session.done()
            self._reset_patience()
        return None

    async def _part_with(self, error: TtsError) -> None:
        """Tell the peer why, then read on until it closes, so that the kernel does not send RST before it reads."""
        with suppress(PeerGone, OSError, TimeoutError):
            await self._outlet.send(Event("error", {"text": _shortened(str(error)), "code": error.code}))
            if self._peer.gone_at_eof:
                async with asyncio.timeout(self._limits.linger_s):
                    await self._discard()

    async def _discard(self) -> None:
        with suppress(OSError):
            while await self._peer.reader.read(DISCARD_BYTES):  # noqa: ASYNC110 - slowed down, not waiting
                await asyncio.sleep(DISCARD_PAUSE_S)


def _result(task: asyncio.Task[TtsError | None]) -> TtsError | None:
    return None if task.cancelled() else task.result()


def _shortened(text: str) -> str:
    return text if len(text) <= ERROR_CHARS else text[: ERROR_CHARS - 1] + "…"
