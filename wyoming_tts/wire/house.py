"""What the wire needs of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from wyoming_tts.speech.audio import AudioFormat, Chunk
    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.synthesis.routing.catalog import Advertised


class Answer(Protocol):
    """The audio of one request, 16-bit mono."""

    @property
    def format(self) -> AudioFormat:
        """Known once the first chunk has come."""
        ...

    def chunks(self) -> AsyncIterator[Chunk]:
        """Yield whole frames in any sizes; none at all where there was nothing to say. Raises TtsError."""
        ...


class Speaker(Protocol):
    """Answers requests."""

    def answer(self, request: SpeechRequest) -> AbstractAsyncContextManager[Answer]:
        """Begin to answer; leaving the context ends all work for it. Raises TtsError."""
        ...


class Catalog(Protocol):
    """Knows the voices."""

    def advertised(self) -> tuple[Advertised, ...]:
        """Return, from memory, the list that clients see; the same object while nothing changed."""
        ...

    def relayed(self) -> tuple[str, ...]:
        """Return the providers whose voices are another server's of our kind."""
        ...


class House(Protocol):
    """Everything built from one version of the settings."""

    @property
    def instance(self) -> str:
        """A name of this running server that no other one has."""
        ...

    @property
    def speaker(self) -> Speaker:
        """The one door for requests."""
        ...

    @property
    def catalog(self) -> Catalog:
        """All voices of the house."""
        ...

    def hold(self) -> AbstractContextManager[None]:
        """Keep the house alive while the context lasts."""
        ...


HouseSource = Callable[[], House]
"""Returns the current house; a request asks once, at its start."""
