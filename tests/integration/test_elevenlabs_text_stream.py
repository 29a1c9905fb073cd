"""An answer that is still being written, spoken by a cloud over one websocket, with eSpeak NG behind it."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.elevenlabs_cloud import Cloud, cloud
from tests.fakes.house_parts import Parts, provider, request
from tests.fakes.real_espeak import real_espeak
from tests.fakes.tapped import Tapped
from tests.servers.fake_api import Knob
from wyoming_tts.synthesis.manner import Manner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming_tts.adapters.base import Adapter

WORD_BYTES = 11_520
FIRST = "The lights in the kitchen are on, and the front door is locked."
SECOND = "It will rain this evening, so take an umbrella with you."
THIRD = "Good night."
PATIENCE_S = 5.0


@pytest.fixture
async def espeak() -> AsyncIterator[Adapter]:
    with tempfile.TemporaryDirectory(prefix="el-") as folder:
        async with real_espeak(Path(folder)) as adapter:
            yield adapter


def tokens_of(text: str) -> list[str]:
    """A language model's tokens: words with the blank before them."""
    return [word if number == 0 else f" {word}" for number, word in enumerate(text.split(" "))]


class Written:
    """Sentences in tokens; each further sentence is begun when a test says so."""

    def __init__(self, *sentences: str) -> None:
        self._sentences = sentences
        self.go_on = asyncio.Event()
        self.begun = 0
        """Sentences of which something was handed out."""

    async def tokens(self) -> AsyncIterator[str]:
        for number, sentence in enumerate(self._sentences):
            if number:
                yield " "
                await self.go_on.wait()
            self.begun += 1
            for token in tokens_of(sentence):
                yield token
                await asyncio.sleep(0)


class Listening:
    def __init__(self, subject: Cloud, espeak: Adapter) -> None:
        self.espeak = Tapped(espeak)
        manner = Manner(first_audio_s=PATIENCE_S, last_first_audio_s=PATIENCE_S, hedge="off")
        providers = [provider(one, gap_s=PATIENCE_S) for one in (subject.adapter, self.espeak)]
        self.speaker = Parts(*providers, manner=manner).speaker
        self.pcm = b""

    async def hear(self, written: Written, on_first_audio: Callable[[], None]) -> None:
        asked = replace(request(written.tokens(), voice="cloud/Rachel"), streamed=True)
        async with self.speaker.answer(asked) as answer:
            async for chunk in answer.chunks():
                if not self.pcm:
                    on_first_audio()
                self.pcm += chunk.pcm
                await asyncio.sleep(0)


async def test_the_first_audio_comes_before_the_second_sentence_is_written(espeak: Adapter) -> None:
    async with cloud() as subject:
        written, listening = Written(FIRST, SECOND, THIRD), Listening(subject, espeak)

        def first_audio() -> None:
            assert written.begun == 1
            written.go_on.set()

        await listening.hear(written, first_audio)
        await subject.fake.idle()
        assert listening.espeak.said == []
        assert [kind for kind, _ in subject.fake.told if kind in {"open", "closed"}] == ["open", "closed"]
        asked = " ".join(text for kind, text in subject.fake.told if kind == "text")
        assert asked == f"{FIRST} {SECOND} {THIRD}"
        assert len(listening.pcm) == len(asked.split()) * WORD_BYTES
        assert subject.bodies() == []


@pytest.mark.parametrize("words_before", [3, 9, 16, 20])
async def test_cut_in_the_middle_espeak_carries_on_at_the_very_word(espeak: Adapter, words_before: int) -> None:
    async with cloud() as subject:
        subject.fake.knob, subject.fake.at = Knob.CUT, words_before * WORD_BYTES + WORD_BYTES // 2
        written, listening = Written(FIRST, SECOND, THIRD), Listening(subject, espeak)
        await listening.hear(written, written.go_on.set)

        words = f"{FIRST} {SECOND} {THIRD}".split()
        carried_on = " ".join(said.text for said in listening.espeak.said).split()
        assert carried_on == words[-len(carried_on) :]
        begun = len(words) - len(carried_on)
        assert begun in {words_before - 1, words_before}
        assert len(listening.pcm) > words_before * WORD_BYTES
