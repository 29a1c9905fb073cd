"""The one place that says of what the houses are built whose servers the tests break."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from tests.fakes.espeak_in_process import EspeakInProcess
from tests.fakes.house_parts import Parts, provider, request
from tests.fakes.idle_loop import LoopClock
from wyoming_tts.errors import TtsError
from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
from wyoming_tts.synthesis.carrying_on.completeness import Completeness
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick
from wyoming_tts.synthesis.manner import Manner

if TYPE_CHECKING:
    from tests.fakes.word_times import EspeakTimes
    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.synthesis.record import RequestRecord
    from wyoming_tts.telemetry.clock import Clock

PATIENCE_S = 0.2
"""For the first audio, and for what follows: on an idle loop nobody really waits."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener has after one request."""

    pcm: bytes
    rate: int
    record: RequestRecord
    error: TtsError | None = None


class CutHouse:
    """A speaker over these adapters, asked first to last."""

    def __init__(
        self, *adapters: Adapter, times: EspeakTimes, clock: Clock | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        clock = clock or LoopClock()
        carry_on = CarryOn(Yardstick(EspeakInProcess(times)), Paces())
        providers = [
            provider(
                one,
                gap_s=patience_s,
                clock=clock,
                completeness=Completeness(carry_on.yardstick, carry_on.paces),
            )
            for one in adapters
        ]
        manner = Manner(first_audio_s=patience_s, last_first_audio_s=10 * patience_s, hedge_after_s=patience_s / 2)
        self._first = adapters[0].name
        self._numbers = count()
        self.speaker = Parts(*providers, manner=manner, carry_on=carry_on, clock=clock).speaker

    async def say(self, text: str, voice: str, *, leave_after: int | None = None) -> Heard:
        """Speak the text and listen, to the end or until so many chunks were heard."""
        asked = replace(request(text, voice=f"{self._first}/{voice}"), id=f"r{next(self._numbers)}")
        pcm: list[bytes] = []
        rate = 0
        error = None
        try:
            async with self.speaker.answer(asked) as answer:
                async for chunk in answer.chunks():
                    rate = rate or answer.format.rate
                    assert (answer.format.rate, answer.format.frame_bytes) == (rate, 2), "one format"
                    pcm.append(chunk.pcm)
                    if len(pcm) == leave_after:
                        break
        except TtsError as failed:
            error = failed
        return Heard(b"".join(pcm), rate, self._record(asked.id), error)

    def _record(self, id_: str) -> RequestRecord:
        return next(record for record in self.speaker.recent if record.id == id_)
