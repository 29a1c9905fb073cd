"""What an attempt knows of the audio that it handed on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.house_parts import Parts, provider, request
from tests.fakes.pcm_adapter import PcmAdapter, syllables
from wyoming_tts.errors import SpeechCutOff
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.attempt import Attempt
from wyoming_tts.synthesis.provider import Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import Chunk

PAUSE_S = 0.4


class Counted(PcmAdapter):
    """Counts the chunks that were taken of it."""

    taken = 0

    async def _chunks(self, pcm: bytes) -> AsyncIterator[Chunk]:
        async for chunk in super()._chunks(pcm):
            self.taken += 1
            yield chunk


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


async def test_the_first_audio_is_with_the_client_before_what_came_with_it_is_judged() -> None:
    adapter = Counted("a", {"v": syllables(2.0, 8_000)})
    adapter.chunk_bytes = 640
    async with Parts(provider(adapter)).speaker.answer(request("One two three.", voice="a/v")) as answer:
        chunks = answer.chunks()
        assert len((await anext(chunks)).pcm) <= adapter.chunk_bytes
        assert adapter.taken == 1
        sizes = [len(chunk.pcm) async for chunk in chunks]
    assert adapter.taken == 100
    assert max(sizes) > 8 * adapter.chunk_bytes, "what waits together goes out together"
