"""The wrapper that lets no more utterances through at once than the provider is good for."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.admission import Admission
    from wyoming_tts.synthesis.provider import Synthesizes


class Admitted:
    """Holds a place for as long as the provider speaks; what the wait took is taken off the listener's patience."""

    def __init__(self, inner: Synthesizes, admission: Admission) -> None:
        self._inner = inner
        self._admission = admission

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; raises ProviderBusy where others are before it for too long."""
        async with self._admission.place(utterance) as admitted, self._inner.synthesize(admitted) as stream:
            yield stream
