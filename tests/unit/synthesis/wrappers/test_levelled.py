"""Every voice at one level, each answer at one gain, and nothing but the samples changed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.pcm_adapter import PcmAdapter, syllables
from wyoming_tts.audio.level import Gain
from wyoming_tts.errors import SpeechCutOff
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.database import Database
from wyoming_tts.store.levels import SCHEMA, Levels
from wyoming_tts.synthesis.loudness.level_book import LevelBook
from wyoming_tts.synthesis.wrappers.levelled import REMEMBERED_ANSWERS, Levelled

if TYPE_CHECKING:
    from wyoming_tts.speech.audio import Chunk

ANNA = VoiceName("a", "anna")
PCM = syllables(1.0, 6000)
SAYING = Utterance("Hello.", "anna", answer_id="r1")


def book(*, enabled: bool = True) -> LevelBook:
    return LevelBook(Levels(Database(None, [SCHEMA])), target_lufs=-20.0, enabled=enabled)


def adapter(*, pcm: bytes = PCM, free: bool = True, width: int = 2) -> PcmAdapter:
    return PcmAdapter("a", {"anna": pcm}, free=free, width=width)


async def heard(levelled: Levelled, utterance: Utterance = SAYING) -> list[Chunk]:
    async with levelled.synthesize(utterance) as stream:
        return [chunk async for chunk in stream.chunks]


async def pcm_of(levelled: Levelled, utterance: Utterance = SAYING) -> bytes:
    return b"".join(chunk.pcm for chunk in await heard(levelled, utterance))


async def test_a_known_voice_gets_its_gain_and_keeps_its_marks() -> None:
    inner, known = adapter(), book()
    known.learn(ANNA, "1", -26.0)
    plain = [chunk async for chunk in inner._chunks(PCM)]
    chunks = await heard(Levelled(inner, inner, known))
    assert [chunk.marks for chunk in chunks] == [chunk.marks for chunk in plain]
    assert b"".join(chunk.pcm for chunk in chunks) == Gain(6.0).apply(PCM) != PCM
    assert known.asked() == ()


async def test_an_unknown_voice_passes_untouched_and_is_noted() -> None:
    inner, unknown = adapter(), book()
    assert await pcm_of(Levelled(inner, inner, unknown)) == PCM
    assert unknown.asked() == (ANNA,)
    assert inner.utterances == [SAYING]


async def test_a_gain_never_changes_inside_an_answer() -> None:
    inner, known = adapter(), book()
    levelled = Levelled(inner, inner, known)
    assert await pcm_of(levelled) == PCM
    known.learn(ANNA, "1", -26.0)
    assert await pcm_of(levelled) == PCM
    louder = replace(SAYING, answer_id="r2")
    assert await pcm_of(levelled, louder) == Gain(6.0).apply(PCM)
    known.learn(ANNA, "1", -23.0)
    assert await pcm_of(levelled, louder) == Gain(6.0).apply(PCM)
    assert await pcm_of(levelled) == PCM
    assert await pcm_of(levelled, replace(SAYING, answer_id="")) == Gain(3.0).apply(PCM)


async def test_within_an_utterance_the_gain_stays_as_well() -> None:
    inner, known = adapter(), book()
    async with Levelled(inner, inner, known).synthesize(replace(SAYING, answer_id="")) as stream:
        known.learn(ANNA, "1", -26.0)
        assert b"".join([chunk.pcm async for chunk in stream.chunks]) == PCM


async def test_the_answers_remembered_are_bounded() -> None:
    inner, known = adapter(pcm=b"\0\0"), book()
    levelled = Levelled(inner, inner, known)
    for number in range(REMEMBERED_ANSWERS + 50):
        await heard(levelled, replace(SAYING, answer_id=str(number)))
    assert len(levelled._gains_db) == REMEMBERED_ANSWERS


async def test_switched_off_it_leaves_everything_as_it_is() -> None:
    inner, off = adapter(free=False), book(enabled=False)
    off.learn(ANNA, "1", -26.0)
    assert await pcm_of(Levelled(inner, inner, off)) == PCM
    assert off.asked() == ()
    assert off.spoken.take() is None


async def test_a_paid_voice_is_learned_from_what_it_says_in_order_and_at_natural_volume() -> None:
    long = syllables(5.0, 3000)
    inner, unknown = adapter(pcm=long, free=False), book()
    levelled = Levelled(inner, inner, unknown)
    assert await pcm_of(levelled) == long
    await pcm_of(levelled, replace(SAYING, prosody=Prosody(volume=0.5)))
    inner.cut = SpeechCutOff(provider="a")
    with pytest.raises(SpeechCutOff):
        await pcm_of(levelled)
    inner.cut = None
    async with levelled.synthesize(SAYING) as stream:
        await anext(aiter(stream.chunks))
    assert unknown.spoken.take() is None
    await pcm_of(levelled, replace(SAYING, prosody=Prosody(speed=1.5)))
    sample = unknown.spoken.take()
    assert sample is not None
    assert (sample.name, sample.version, sample.format) == (ANNA, "1", inner.format)
    assert sample.pcm == (long + long)[: len(sample.pcm)]
    assert inner.format.seconds(len(sample.pcm)) == 8.0
    assert unknown.asked() == (), "nothing is said at the owner's cost only to be measured"


async def test_a_paid_voice_that_is_known_is_not_collected() -> None:
    inner, known = adapter(pcm=syllables(9.0, 3000), free=False), book()
    known.learn(ANNA, "1", -26.0)
    await pcm_of(Levelled(inner, inner, known))
    assert known.spoken.take() is None


async def test_damaged_and_strange_audio_is_left_to_whoever_checks_it() -> None:
    inner, known = adapter(pcm=b"\1\2\3"), book()
    known.learn(ANNA, "1", -26.0)
    assert await pcm_of(Levelled(inner, inner, known)) == b"\1\2\3"
    wide = adapter(pcm=b"\1\2\3\4", width=4)
    assert await pcm_of(Levelled(wide, wide, known)) == b"\1\2\3\4"


async def test_a_failure_and_the_reader_s_own_error_pass_through() -> None:
    inner, known = adapter(), book()
    known.learn(ANNA, "1", -26.0)
    levelled = Levelled(inner, inner, known)
    inner.cut = SpeechCutOff(provider="a")
    with pytest.raises(SpeechCutOff) as caught:
        await heard(levelled)
    assert caught.value is inner.cut
    with pytest.raises(ZeroDivisionError):
        async with levelled.synthesize(SAYING):
            raise ZeroDivisionError
    assert inner.active == 0


def test_a_voice_of_unknown_level_speaks_without_numpy() -> None:
    code = """
import asyncio, sys
from tests.fakes.pcm_adapter import PcmAdapter
from tests.unit.synthesis.wrappers.test_levelled import book, heard
from wyoming_tts.synthesis.wrappers.levelled import Levelled
inner = PcmAdapter("a", {"anna": b"12" * 100}, free=False)
asyncio.run(heard(Levelled(inner, inner, book())))
sys.exit("numpy" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
