"""Decoded audio with the marks that came beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from wyoming_tts.audio.decoded import decoded
from wyoming_tts.speech.audio import AudioStream, Chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.audio.decode import Decoder
    from wyoming_tts.speech.audio import Mark


class MarkedBody(Protocol):
    """Bytes of audio, and the marks of those that were read."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def marks(self) -> tuple[Mark, ...]:
        """Return the marks since the last time."""
        ...


async def marked_stream(body: MarkedBody, decoder: Decoder) -> AudioStream:
    """Return the stream once its format is known; raises what the body and the decoder raise."""
    stream = await decoded(aiter(body), decoder)
    return AudioStream(stream.format, _Marked(stream.chunks, body))


class _Marked:
    def __init__(self, chunks: AsyncIterator[Chunk], body: MarkedBody) -> None:
        self._chunks = chunks
        self._body = body

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        chunk = await anext(self._chunks)
        return Chunk(chunk.pcm, self._body.marks())
