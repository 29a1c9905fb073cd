"""The websockets that are open, by answer and voice."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from wyoming_tts.adapters.remote.elevenlabs.turn import Turn
from wyoming_tts.errors import ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming_tts.adapters.remote.elevenlabs.session import Session
    from wyoming_tts.adapters.remote.elevenlabs.speech_request import SpeechRequest

Key = tuple[str, str]
"""An answer, and everything that was said when its websocket was opened."""


class Sessions:
    """Opens one where a turn needs it, and ends it where its rest would be of no use."""

    def __init__(self, provider: str, new_session: Callable[[], Session]) -> None:
        self._provider = provider
        self._new_session = new_session
        self._open: dict[Key, Session] = {}
        self._tasks: dict[Session, asyncio.Task[None]] = {}
        """Those that run, or are ending."""
        self._closed = False

    @asynccontextmanager
    async def turn(self, request: SpeechRequest) -> AsyncIterator[Turn]:
        """Enter a turn that is spoken after those before it; left early, nothing of it is spoken any more."""
        if self._closed:
            raise ProviderUnavailable("it is closed", provider=self._provider)
        turn = Turn(request, self._provider)
        self._queue(_key(request), turn)
        try:
            yield turn
        finally:
            await self._leave(turn)

    def answered(self, answer_id: str) -> None:
        """End what was opened for an answer."""
        for key in [key for key in self._open if key[0] == answer_id]:
            session = self._open.pop(key)
            while session.waiting:
                session.waiting.popleft().finish(ProviderUnavailable("its answer is over", provider=self._provider))
            self._tasks[session].cancel()

    async def aclose(self) -> None:
        """End everything; may be called twice."""
        self._closed = True
        self._open.clear()
        for task in self._tasks.values():
            task.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    def _queue(self, key: Key, turn: Turn) -> None:
        session = self._open.get(key)
        if session is not None:
            session.add(turn)
            return
        session = self._open[key] = self._new_session()
        session.add(turn)
        task = asyncio.create_task(session.run(), name=f"websocket of {self._provider}")
        self._tasks[session] = task
        task.add_done_callback(lambda _: self._ended(key, session))

    def _ended(self, key: Key, session: Session) -> None:
        """Forget a session; turns that it had not begun are another one's."""
        task = self._tasks.pop(session)
        if session.current is not None:  # a mistake of ours, which must not leave a listener waiting
            session.current.finish(ProviderUnavailable(_kind(task), provider=self._provider))
        if self._open.get(key) is session:
            del self._open[key]
        for turn in session.waiting:
            if self._closed:
                turn.finish(ProviderUnavailable("it is closed", provider=self._provider))
            else:
                self._queue(key, turn)

    async def _leave(self, turn: Turn) -> None:
        if turn.done:
            return
        for session, task in list(self._tasks.items()):
            if turn in session.waiting:
                session.waiting.remove(turn)
            elif turn is session.current:
                # Its rest could not be told from the next one's.
                self._forget(session)
                task.cancel()
                await asyncio.wait({task})
        turn.finish()

    def _forget(self, session: Session) -> None:
        for key in [key for key, known in self._open.items() if known is session]:
            del self._open[key]


def _kind(task: asyncio.Task[None]) -> str:
    error = None if task.cancelled() else task.exception()
    return type(error).__name__


def _key(request: SpeechRequest) -> Key:
    opened = [request.socket_path, request.socket_query, request.socket_opening]
    return request.utterance.answer_id, json.dumps(opened, sort_keys=True)
