"""The parent's end of a connection to a worker, and what a worker's failures are called."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.errors import (
    BadAudio,
    ModelTooLarge,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    UtteranceRejected,
)
from wyoming_tts.protocol.address import Address
from wyoming_tts.protocol.client import Client
from wyoming_tts.protocol.connection import ConnectionLost as WorkerGone
from wyoming_tts.protocol.extra import LOAD_TYPE, LOADED_TYPE, synthesize_event
from wyoming_tts.protocol.framing import FrameLimits
from wyoming_tts.workers.info import info_of
from wyoming_tts.workers.pulse import PULSE_TYPE, Pulse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from wyoming_tts.speech.audio import AudioFormat, AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.workers.info import WorkerInfo

__all__ = ["WorkerGone", "describe", "load", "pulse", "speaking"]

LIMITS = FrameLimits(data_bytes=16 * 1024 * 1024)
"""Data has room for the voice list of a multi-speaker collection (900 speakers are 30 kB)."""
MAX_DETAIL_CHARS = 200
FAILURES: Mapping[str, type[ProviderError]] = {
    kind.code: kind for kind in (BadAudio, ModelTooLarge, ProviderTimeout, ProviderUnavailable, UtteranceRejected)
}
"""What a worker may call its failure; anything else is a failure of the worker itself."""


async def describe(path: str, *, provider: str) -> WorkerInfo:
    """Return what the worker offers; raises ProviderError."""
    answer = await _client(path, provider).ask(Event("describe"), "info")
    try:
        return info_of(answer)
    except (KeyError, TypeError) as error:
        raise ProviderUnavailable("not a voice list", provider=provider) from error


async def pulse(path: str, *, provider: str) -> Pulse:
    """Return how far the worker's engine is, which it says at once however busy it is; raises ProviderError."""
    answer = await _client(path, provider).ask(Event(PULSE_TYPE), PULSE_TYPE)
    try:
        return Pulse.of(answer)
    except TypeError as error:
        raise ProviderUnavailable("not a pulse", provider=provider) from error


async def load(path: str, voice: str, *, provider: str) -> None:
    """Have the worker load what a voice needs; raises ProviderError."""
    await _client(path, provider).ask(Event(LOAD_TYPE, {"voice": voice}), LOADED_TYPE)


@asynccontextmanager
async def speaking(path: str, utterance: Utterance, *, provider: str) -> AsyncIterator[AudioStream]:
    """Have the worker speak; entered with the format, left with the connection closed, which is the cancel."""
    request = (synthesize_event(utterance),)
    async with _client(path, provider).speaking(request, partial(_WholeFrames, provider)) as stream:
        yield stream


class _WholeFrames:
    """Takes 16-bit mono as it is, in whole frames: a worker that sends anything else is broken."""

    def __init__(self, provider: str, format_: AudioFormat) -> None:
        if (format_.width, format_.channels) != (2, 1):
            raise BadAudio("not 16-bit mono", provider=provider)
        self._provider = provider
        self.format = format_

    def feed(self, pcm: bytes) -> bytes:
        """Return the same."""
        if len(pcm) % self.format.frame_bytes:
            raise BadAudio("half a frame", provider=self._provider)
        return pcm


def _client(path: str, provider: str) -> Client:
    return Client(Address(path), provider=provider, limits=LIMITS, failure=partial(_failure, provider))


def _failure(provider: str, event: Event) -> ProviderError:
    """Return what an `error` event stands for; a sentence of anybody but our own workers may quote the utterance."""
    kind = FAILURES.get(str(event.data.get("code")))
    if kind is None:
        return ProviderUnavailable("an error of its own", provider=provider)
    return kind(str(event.data.get("text", ""))[:MAX_DETAIL_CHARS], provider=provider)
