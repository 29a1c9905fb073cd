"""What an attempt knows of the audio that it handed on."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.house_parts import provider
from tests.fakes.pcm_adapter import PcmAdapter, syllables
from wyoming_tts.errors import SpeechCutOff
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.attempt import Attempt
from wyoming_tts.synthesis.provider import Link

PAUSE_S = 0.4


async def test_where_it_paused_up_to_the_last_chunk_before_a_failure() -> None:
    """Also in the last one: the rest is carried on behind what was heard of it."""
    adapter = PcmAdapter("a", {"v": syllables(0.5, 8_000) + bytes(int(2 * 16_000 * PAUSE_S)) + syllables(0.5, 8_000)})
    adapter.chunk_bytes = 2 * int(16_000 * (0.5 + PAUSE_S))
    adapter.cut = SpeechCutOff(provider="a")
    attempt = Attempt(Link(provider(adapter), "v"), Utterance("One two.", "v"))
    async with asyncio.TaskGroup() as tasks:
        attempt.start(tasks)
        with pytest.raises(SpeechCutOff):
            async for _ in attempt.chunks():
                pass
    assert attempt.heard.seconds == pytest.approx(0.5 + PAUSE_S)
    assert attempt.heard.pauses[-1].end_s == pytest.approx(0.5 + PAUSE_S, abs=0.02)
    assert attempt.heard.pauses[-1].length_s == pytest.approx(PAUSE_S, abs=0.1)
