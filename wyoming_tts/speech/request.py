"""What a client asked, validated at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.speech.prosody import NATURAL, Prosody

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One exchange: some text, whole or as it is being written, to be said by some voice."""

    id: str
    """Unique in this process; stands in every log line of the request."""
    texts: AsyncIterable[str]
    """The text in any chunking: one chunk for a whole text, tokens for a text stream."""
    voice: str | None = None
    """As the client named it; None asks for the default voice."""
    speaker: str | None = None
    language: str | None = None
    ssml: bool = False
    """The client says its text is SSML; never guessed from the text."""
    prosody: Prosody = NATURAL
    client: str = ""
    """The peer's address, for the log and for settings that depend on the network."""
    streamed: bool = False
    """The text arrives as a text stream."""
    via: tuple[str, ...] = ()
    """Names of the servers of our kind that it has come through, the first one first."""


async def whole(text: str) -> AsyncIterator[str]:
    """Yield a text that is known from the start."""
    yield text
