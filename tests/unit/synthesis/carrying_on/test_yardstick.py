"""Word times of a text, measured or estimated."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.real_espeak import real_espeak
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.synthesis.carrying_on import yardstick as module
from wyoming_tts.synthesis.carrying_on.yardstick import REMEMBERED, Yardstick
from wyoming_tts.text.utterances import speech_seconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wyoming_tts.adapters.base import Adapter

TEXT = "Hello world, this costs 3.14 dollars; at 7:30 (or later) on 192.168.1.10. Done!"


@pytest.fixture
async def espeak(tmp_path: Path) -> AsyncIterator[Adapter]:
    async with real_espeak(tmp_path) as adapter:
        yield adapter


async def test_words_are_measured_once_each_at_their_beginning(espeak: Adapter) -> None:
    spoken = await Yardstick(espeak).measure(TEXT, "en-US")
    words = [TEXT[word.offset :].split(maxsplit=1)[0] for word in spoken.words]
    assert words == TEXT.split()
    assert not spoken.estimated
    times = {word: mark.at_s for word, mark in zip(words, spoken.words, strict=True)}
    assert times["Done!"] - times["192.168.1.10."] > 3.0
    assert list(times.values()) == sorted(times.values())


async def test_pauses_lie_between_the_clauses_and_the_silence_at_the_end_is_left_out(espeak: Adapter) -> None:
    spoken = await Yardstick(espeak).measure(TEXT, "en-US")
    times = {TEXT[word.offset :].split(maxsplit=1)[0]: word.at_s for word in spoken.words}
    for word in ("this", "at", "(or", "Done!"):
        assert any(pause.start_s < times[word] < pause.end_s + 0.05 for pause in spoken.pauses), word
    assert 0.2 < spoken.total_s - times["Done!"] < 0.6
    assert spoken.pauses[-1].end_s < spoken.total_s


async def test_the_nearest_voice_speaks(espeak: Adapter) -> None:
    yardstick = Yardstick(espeak)

    async def took_s(text: str, language: str) -> float:
        return (await yardstick.measure(text, language)).total_s

    date = "Am 22.11.2026 um 7:30 Uhr"
    assert await took_s(date, "de-AT") == pytest.approx(await took_s(date, "de"), rel=0.02)
    assert await took_s(date, "en-US") != pytest.approx(await took_s(date, "de"), rel=0.1)
    assert await took_s("hello there", "") == pytest.approx(await took_s("hello there", "en-US"), rel=0.02)


async def test_a_faster_speed_takes_less_time(espeak: Adapter) -> None:
    yardstick = Yardstick(espeak)
    natural, fast = await yardstick.measure(TEXT, "en"), await yardstick.measure(TEXT, "en", speed=2.0)
    assert fast.total_s == natural.total_s / 2
    assert fast.words[5].at_s == natural.words[5].at_s / 2
    assert fast.pauses[0].length_s == pytest.approx(natural.pauses[0].length_s / 2)
    assert not fast.estimated


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("今日は天気がいいですね。東京の気温は二十五度です。", "ja"),
        ("Привет, как дела?", ""),
        ("Привет, как дела?", "x-unknown"),
    ],
)
async def test_what_espeak_cannot_read_is_estimated(espeak: Adapter, text: str, language: str) -> None:
    assert (await Yardstick(espeak).measure(text, language)).estimated


async def test_text_without_words_has_none(espeak: Adapter) -> None:
    for yardstick in (Yardstick(espeak), Yardstick(None)):
        for text in ("", "...", " \u2013 "):
            assert (await yardstick.measure(text, "en")).words == ()


def adapter(**options: object) -> WordAdapter:
    return WordAdapter("a", Vocabulary(), **options)  # type: ignore[arg-type] # as its fields want them


async def test_without_an_adapter_letters_are_counted() -> None:
    spoken = await Yardstick(None).measure("one two 2026. three", "en")
    assert spoken.estimated
    assert spoken.pauses == ()
    assert [word.offset for word in spoken.words] == [0, 4, 8, 14]
    assert spoken.words[3].at_s - spoken.words[2].at_s > 1.0
    assert spoken.total_s == pytest.approx(speech_seconds("one two 2026. three"))


async def test_an_adapter_without_word_times_is_not_asked() -> None:
    words = adapter(marks=False)
    assert (await Yardstick(words).measure("one", "en-US")).estimated
    assert words.utterances == []


@pytest.mark.parametrize("fault", [Faults(refuse=ProviderUnavailable), Faults(cut_after_words=0)])
async def test_where_measuring_fails_it_is_estimated_and_tried_again_the_next_time(fault: Faults) -> None:
    fault.times = 1
    words = adapter(faults=fault)
    yardstick = Yardstick(words)
    text = "a b c d e f"
    assert (await yardstick.measure(text, "en-US")).estimated
    assert not (await yardstick.measure(text, "en-US")).estimated
    assert (words.entered, words.left) == (2, 2)


async def test_a_slow_engine_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEASURE_S", 0.02)
    words = adapter(gate=asyncio.Event())
    async with asyncio.timeout(5):
        assert (await Yardstick(words).measure("one two", "en-US")).estimated
    assert (words.entered, words.left) == (1, 1)


async def test_a_text_is_measured_once_while_it_is_remembered() -> None:
    words = adapter()
    yardstick = Yardstick(words)
    for number in (0, 0, *range(1, REMEMBERED), 0, REMEMBERED, 0, 1):
        await yardstick.measure(f"a b c d e f {number}", "en-US")
    texts = [utterance.text for utterance in words.utterances]
    assert texts.count("a b c d e f 0") == 1
    assert texts.count("a b c d e f 1") == 2
    assert len(yardstick._known) == REMEMBERED
    assert not words.utterances[0].cacheable
