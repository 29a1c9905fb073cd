"""One websocket for one answer: its utterances one after the other, in one voice whose melody runs on."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wyoming_tts.adapters.remote.elevenlabs.errors import failure_of_close, failure_of_message
from wyoming_tts.errors import BadAudio, ProviderError, ProviderTimeout, ProviderUnavailable, SpeechCutOff

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.adapters.remote.elevenlabs.turn import Turn
    from wyoming_tts.net.api_client import ApiClient
    from wyoming_tts.net.api_socket import ApiSocket
    from wyoming_tts.telemetry.clock import Clock

LONGEST_IDLE_S = 3600.0
"""For a read that somebody else ends sooner."""
END: dict[str, Any] = {"text": ""}
"""The last message: what is still to be spoken is spoken, and its end is told."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What all sessions of an adapter share."""

    idle_s: float
    """After so long without a text the websocket is closed."""
    lull_s: float
    """After so long without audio, in the middle of a text, its end is asked for."""
    settle_s: float
    """After so long without audio, behind the last character, that was all: a breath may come late."""
    spent: Callable[[str], None]
    """Called with each text that was sent."""
    untimed: Callable[[], None]
    """Called where no end of a text can be told for want of times."""


class Session:
    """Owned by one task, which opens the websocket, reads it and closes it.

    The server does not say where the audio of a text ends. So only one text at a time is on its way, and it has ended
    when the times of all its characters came with as much audio. Where they do not come the session is ended behind
    the text, since that end is told.
    """

    def __init__(self, api: ApiClient, clock: Clock, options: SessionOptions) -> None:
        self.current: Turn | None = None
        """Its text was sent, and its audio is not all here."""
        self.waiting: deque[Turn] = deque()
        """Texts that were not sent yet."""
        self._api = api
        self._clock = clock
        self._options = options
        self._news = asyncio.Event()
        self._ending = False

    def add(self, turn: Turn) -> None:
        """Speak it after those before it."""
        self.waiting.append(turn)
        self._news.set()

    async def run(self) -> None:
        """Speak what waits and what comes, until nothing has come for a while, or something failed.

        A failure is the current turn's; turns that were not sent are left waiting.
        """
        if not self.waiting:  # left before this task had begun
            return
        turn = self.current = self.waiting.popleft()
        turn.at_door = True
        try:
            request = turn.request
            async with self._api.socket(request.socket_path, query=request.socket_query) as socket:
                turn.at_door = False
                await self._send(socket, request.socket_opening)
                await self._speak_all(socket)
        except ProviderError as error:
            self._fail(error)
        except asyncio.CancelledError:
            self._fail(ProviderUnavailable("it was closed", provider=self._api.provider))
            raise

    def _fail(self, error: ProviderError) -> None:
        turn, self.current = self.current, None
        if turn is None:
            return
        if turn.audio.pieces and isinstance(error, ProviderUnavailable):
            error = SpeechCutOff(error.detail, provider=error.provider)
        turn.finish(error)

    async def _speak_all(self, socket: ApiSocket) -> None:
        while self.current is not None:
            await self._speak(socket, self.current)
            self.current.finish()
            self.current = None
            if not self._ending and await self._has_next(socket):
                self.current = self.waiting.popleft()

    async def _has_next(self, socket: ApiSocket) -> bool:
        """Wait for a turn; false where none came for a while, or the server has left meanwhile."""
        while not self.waiting:
            self._news.clear()
            waits = [
                asyncio.create_task(self._news.wait()),
                asyncio.create_task(self._clock.sleep(self._options.idle_s)),
                asyncio.create_task(_left(socket)),
            ]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                if not waits[0].done() or waits[2].done():
                    return False
            finally:
                for wait in waits:
                    wait.cancel()
                await asyncio.wait(waits)
        return True

    async def _speak(self, socket: ApiSocket, turn: Turn) -> None:
        """Send a text and take its audio to the end."""
        await self._send(socket, {"text": turn.request.text + " ", "flush": True})
        self._options.spent(turn.request.text)
        while (message := await self._receive(socket, turn)) is not None:
            if "error" in message:
                raise failure_of_message(message, self._api.provider)
            if message.get("isFinal"):
                self._ending = True
                if not turn.audio.alignment.is_known:
                    self._options.untimed()
                return
            if "audio" not in message:
                raise BadAudio("a message without audio", provider=self._api.provider)
            audio, marks = turn.audio.take(message, "audio")
            if audio or marks:
                await turn.put(audio, marks)
            if turn.audio.alignment.lost:
                await self._end(socket)

    async def _receive(self, socket: ApiSocket, turn: Turn) -> dict[str, Any] | None:
        """Return the next message; None where no other one belongs to the turn. Raises ProviderError."""
        audio = turn.audio
        while True:
            within_s = None
            if audio.pieces and not self._ending:
                within_s = self._options.settle_s if audio.is_complete else self._options.lull_s
            try:
                message = await socket.receive(within_s=within_s)
            except ProviderTimeout:
                if within_s is None:
                    raise
                if audio.alignment.is_known and audio.alignment.all_told:
                    return None
                await self._end(socket)
                continue
            if message is None:
                raise failure_of_close(socket.close_code, self._api.provider, heard=bool(audio.pieces))
            return message

    async def _end(self, socket: ApiSocket) -> None:
        if not self._ending:
            self._ending = True
            await self._send(socket, END)

    async def _send(self, socket: ApiSocket, message: dict[str, Any]) -> None:
        try:
            await socket.send(message)
        except ProviderUnavailable:
            # It may have said why before it left.
            while (said := await socket.receive(within_s=self._options.lull_s)) is not None:
                if "error" in said:
                    raise failure_of_message(said, self._api.provider) from None
            raise


async def _left(socket: ApiSocket) -> None:
    """Return when the server has left, or says that it will; what it still says of the last text is not needed."""
    try:
        while (message := await socket.receive(within_s=LONGEST_IDLE_S)) is not None and "error" not in message:
            pass
    except ProviderError:
        return
