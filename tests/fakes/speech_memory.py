"""A cache as far as phrases need one: keeps that something was said to its end, and not what."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wyoming_tts.speech.audio import AudioStream
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.health.breaker import CircuitBreaker
from wyoming_tts.synthesis.loudness.level_book import version_of
from wyoming_tts.synthesis.provider import Link, Provider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.audio import Chunk
    from wyoming_tts.speech.prosody import Prosody
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.telemetry.clock import Clock


@dataclass
class SpeechMemory:
    """Meets `Memory`; keys are readable."""

    held: set[bytes] = field(default_factory=set)
    pinned: set[bytes] = field(default_factory=set)
    instant: set[str] = field(default_factory=set)
    """Providers of which nothing is kept."""
    is_full: bool = False
    asked: int = 0
    """Times somebody wanted a key."""

    def key(self, link: Link, text: str) -> bytes | None:
        self.asked += 1
        if link.provider.name in self.instant:
            return None
        return key_of(link.provider.adapter, link.voice, link.speaker, link.prosody, text)

    def has(self, key: bytes) -> bool:
        return key in self.held

    def pin(self, keys: Collection[bytes]) -> None:
        self.pinned = set(keys)

    def provider(self, adapter: Adapter, clock: Clock) -> Provider:
        """Return the adapter with its breaker, and this memory round it."""
        breaker = CircuitBreaker(adapter.name, clock)
        return Provider(adapter, _Remembered(adapter, self), breaker, Admission(adapter, breaker))


def key_of(adapter: Adapter, voice: str, speaker: str | None, prosody: Prosody, text: str) -> bytes:
    return f"{adapter.name}/{voice}#{speaker} {version_of(adapter, voice)} {prosody.speed}: {text}".encode()


class _Remembered:
    def __init__(self, adapter: Adapter, memory: SpeechMemory) -> None:
        self._adapter = adapter
        self._memory = memory

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        ended = False

        async def chunks(stream: AudioStream) -> AsyncIterator[Chunk]:
            nonlocal ended
            async for chunk in stream.chunks:
                yield chunk
            ended = True

        async with self._adapter.synthesize(utterance) as stream:
            yield AudioStream(stream.format, chunks(stream))
        if ended and utterance.cacheable and not self._memory.is_full:
            key = key_of(self._adapter, utterance.voice, utterance.speaker, utterance.prosody, utterance.text)
            self._memory.held.add(key)
