"""What all engines elsewhere share: a list of voices that outlives them, and looking after it."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import TYPE_CHECKING

import structlog

from wyoming_tts.adapters.base import Adapter
from wyoming_tts.errors import ProviderError, ProviderUnavailable, UtteranceRejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.speech.voice import Voice

REFRESH_S = 600.0
"""Between two looks at the list of voices; voices of a cloud change by hand, now and then."""

log = structlog.get_logger(__name__)


class RemoteAdapter(Adapter):
    """Knows its voices from the server, or from the last time the server was there."""

    def __init__(self, name: str, context: AdapterContext, *, origin: str, refresh_s: float = REFRESH_S) -> None:
        """`origin` is the server's address: a list from another one is not this provider's."""
        super().__init__(name)
        self._clock = context.clock
        self._memory = context.memory
        self._origin = origin
        self._refresh_s = refresh_s
        self._voices: tuple[Voice, ...] = ()
        self._watching: asyncio.Task[None] | None = None
        self._closed = False

    @abstractmethod
    async def list_voices(self) -> Sequence[Voice]:
        """Ask the server for its voices, in a stable order; raises ProviderError."""

    async def start(self) -> None:
        """Learn the voices, and go on looking for changes even where that fails."""
        if not self._voices:
            self._voices = tuple(await self._memory.recall(self.name, self._origin))
        if self._watching is None and not self._closed:
            self._watching = asyncio.create_task(self._watch(), name=f"voices of {self.name}")
        await self.refresh()

    def voices(self) -> Sequence[Voice]:
        """Return the last good list."""
        return self._voices

    def voice(self, name: str) -> Voice:
        """Return the voice of that name; raises UtteranceRejected where there is none."""
        found = next((voice for voice in self._voices if voice.name == name), None)
        if found is None:
            raise UtteranceRejected("no such voice", provider=self.name)
        return found

    async def refresh(self) -> None:
        """Ask for the voices now; an empty list never replaces a good one. Raises ProviderError."""
        if self._closed:
            raise ProviderUnavailable("it is closed", provider=self.name)
        voices = tuple(await self.list_voices())
        if voices and voices != self._voices:
            self._voices = voices
            await self._memory.keep(self.name, self._origin, voices)

    async def probe(self) -> None:
        """Ask for the voices, which costs nothing and shows that the server is there and takes the key."""
        await self.refresh()
        if not self._voices:
            raise ProviderUnavailable("it has no voices", provider=self.name)

    async def aclose(self) -> None:
        """End the watching."""
        self._closed = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})

    async def _watch(self) -> None:
        told = ""
        while True:
            await self._clock.sleep(self._refresh_s)
            problem = ""
            try:
                await self.refresh()
            except ProviderError as error:
                problem = error.code
            except Exception as error:  # noqa: BLE001 - one bad look must not be the last
                problem = type(error).__name__
            if problem and not told:
                log.warning("voices cannot be listed", provider=self.name, code=problem)
            elif told and not problem:
                log.info("voices are listed again", provider=self.name)
            told = problem
