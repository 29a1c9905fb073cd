"""A memory of voice lists that lasts as long as its test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.speech.voice import Voice


class VoiceShelf:
    """What one adapter keeps, a later one of the same provider and server recalls."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Sequence[Voice]] = {}
        self.writes = 0

    async def recall(self, provider: str, origin: str) -> Sequence[Voice]:
        return self.kept.get((provider, origin), ())

    async def keep(self, provider: str, origin: str, voices: Sequence[Voice]) -> None:
        self.kept[provider, origin] = voices
        self.writes += 1
