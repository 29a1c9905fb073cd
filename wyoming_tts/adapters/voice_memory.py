"""The last good list of voices of an engine elsewhere, over restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.speech.voice import Voice


class VoiceMemory(Protocol):
    """Keeps one list for each provider. Never fails: what cannot be kept is forgotten."""

    async def recall(self, provider: str, origin: str) -> Sequence[Voice]:
        """Return the list kept last; empty where there is none, or where it came from another `origin`."""
        ...

    async def keep(self, provider: str, origin: str, voices: Sequence[Voice]) -> None:
        """Keep a list in place of the one before; `origin` is the server's address."""
        ...


class Forgetful:
    """Keeps nothing: for commands and tests that have no use for it."""

    async def recall(self, provider: str, origin: str) -> Sequence[Voice]:  # noqa: ARG002 - as the protocol says
        """Return nothing."""
        return ()

    async def keep(self, provider: str, origin: str, voices: Sequence[Voice]) -> None:
        """Forget it."""
