"""Whether an utterance that ended in order was cut off."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.fakes.real_espeak import real_espeak
from tests.fakes.spoken_texts import TEXTS
from wyoming_tts.speech.audio import Mark
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.carrying_on.completeness import Completeness
from wyoming_tts.synthesis.carrying_on.pace import UNKNOWN, Paces
from wyoming_tts.synthesis.carrying_on.yardstick import Spoken, Yardstick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.adapters.base import Adapter

VOICE = "cloud/anna#"
PLAIN = [text for _, text in TEXTS[:20] if not any(letter.isdigit() for letter in text) and len(text) > 60]


@dataclass
class Ear:
    """Hears what a voice says of a text."""

    yardstick: Yardstick
    times: dict[str, Spoken]
    raw: dict[str, tuple[Mark, ...]]
    """Word times as eSpeak NG itself gives them."""
    paces: Paces = field(default_factory=Paces)

    def __post_init__(self) -> None:
        self.judge = Completeness(self.yardstick, self.paces)

    async def cut(
        self, text: str, share: float, *, abrupt: bool = False, marks: Sequence[Mark] = (), speed: float = 1.0
    ) -> bool:
        """Judge audio that takes `share` of the yardstick's time."""
        language = next((language for language, known in TEXTS if known == text), "en-US")
        utterance = Utterance(text, "anna", language=language, prosody=Prosody(speed=speed))
        audio_s = share * self.times[text].total_s
        return await self.judge.is_cut_off(utterance, voice_key=VOICE, audio_s=audio_s, marks=marks, abrupt=abrupt)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Ear:
    async def measure() -> Ear:
        async with real_espeak(tmp_path_factory.mktemp("espeak")) as adapter:
            yardstick = Yardstick(adapter)
            times = {text: await yardstick.measure(text, language) for language, text in TEXTS}
            raw = {text: await _marks(adapter, yardstick, language, text) for language, text in TEXTS}
            return Ear(yardstick, times, raw)

    return asyncio.run(measure())


async def _marks(adapter: Adapter, yardstick: Yardstick, language: str, text: str) -> tuple[Mark, ...]:
    voice = yardstick._voice(language)
    assert voice is not None
    async with adapter.synthesize(Utterance(text, voice)) as stream:
        return tuple([mark async for chunk in stream.chunks for mark in chunk.marks])


@pytest.fixture
def ear(measured: Ear) -> Ear:
    """Return one that has never heard the voice."""
    return Ear(measured.yardstick, measured.times, measured.raw)


@pytest.fixture
async def used_ear(ear: Ear) -> Ear:
    """Return one that has heard the voice end quietly once, too briefly to know its pace."""
    utterance = Utterance("Yes.", "anna", language="en-US")
    assert not await ear.judge.is_cut_off(utterance, voice_key=VOICE, audio_s=0.5, marks=(), abrupt=False)
    return ear


async def test_a_loud_end_of_a_voice_never_heard_before_may_be_its_way(ear: Ear) -> None:
    assert not await ear.cut(PLAIN[0], 0.95, abrupt=True)
    assert await ear.cut(PLAIN[0], 0.4, abrupt=True)
    assert not await ear.cut(PLAIN[0], 0.65, abrupt=True)


@pytest.mark.parametrize("share", [0.8, 1.0, 1.2, 1.5])
async def test_a_natural_end_at_any_likely_pace_is_the_end(ear: Ear, share: float) -> None:
    for _, text in TEXTS:
        assert not await ear.cut(text, share), text
    assert ear.paces.is_known(VOICE)


async def test_much_too_short_is_cut_even_where_it_ends_in_a_pause(ear: Ear) -> None:
    assert await ear.cut(PLAIN[0], 0.4)
    assert ear.paces.bounds(VOICE) == UNKNOWN


async def test_of_a_voice_that_is_known_more_is_noticed(ear: Ear) -> None:
    assert not await ear.cut(PLAIN[0], 0.65)
    for text in PLAIN:
        assert not await ear.cut(text, 1.0)
    assert await ear.cut(PLAIN[0], 0.7)
    for text in PLAIN * 2:
        assert not await ear.cut(text, 1.0)
    assert await ear.cut(PLAIN[0], 0.65)


async def test_an_end_within_a_sound_is_a_cut_unless_the_voice_cannot_be_any_slower(used_ear: Ear) -> None:
    assert await used_ear.cut(PLAIN[0], 0.95, abrupt=True)
    assert not await used_ear.cut(PLAIN[0], 1.5, abrupt=True)


@pytest.mark.parametrize("pace", [0.6, 1.0, 1.2])
async def test_a_voice_that_always_ends_within_a_sound_is_soon_believed(used_ear: Ear, pace: float) -> None:
    found = [await used_ear.cut(text, pace, abrupt=True) for text in PLAIN * 2]
    assert found[:2] == [True, True]
    assert not any(found[4:])
    assert len(found) > 6
    assert await used_ear.cut(PLAIN[0], 0.7 * pace, abrupt=True)


async def test_cuts_anywhere_are_no_habit(used_ear: Ear) -> None:
    for share in (0.9, 0.5, 0.8, 0.3, 0.99, 0.6, 0.4, 0.5, 0.65, 0.5):
        assert await used_ear.cut(PLAIN[0], share, abrupt=True), share


async def test_cuts_that_happen_to_be_alike_are_no_habit_of_a_known_voice(used_ear: Ear) -> None:
    for text in PLAIN * 2:
        assert not await used_ear.cut(text, 1.0)
    for _ in range(5):
        assert await used_ear.cut(PLAIN[0], 0.7, abrupt=True)


async def test_an_end_that_word_times_prove_is_not_measured_again() -> None:
    class Unused(Yardstick):
        async def measure(self, *_: object, **__: object) -> Spoken:
            raise AssertionError("measured")

    utterance = Utterance("One two.", "anna", language="en-US")
    judge = Completeness(Unused(None), Paces())
    marks = (Mark(0, 0.0), Mark(4, 0.3))
    assert not await judge.is_cut_off(utterance, voice_key=VOICE, audio_s=0.6, marks=marks, abrupt=False)
    with pytest.raises(AssertionError, match="measured"):
        await judge.is_cut_off(utterance, voice_key=VOICE, audio_s=0.2, marks=marks, abrupt=False)


async def test_word_times_tell_exactly(ear: Ear) -> None:
    """A provider that ended early gives no times for what it did not say."""
    noticed = []
    for _, text in TEXTS:
        total_s, marks = ear.times[text].total_s, ear.raw[text]
        assert not await ear.cut(text, 1.0, marks=marks), text
        for at in range(2, 10):
            given = [mark for mark in marks if mark.at_s <= total_s * at / 10]
            if given and {word.offset for word in ear.times[text].words} - {word.offset for word in given}:
                noticed.append(await ear.cut(text, at / 10, marks=given))
    assert sum(noticed) > 0.97 * len(noticed) > 200


async def test_a_last_word_without_a_time_was_not_said(ear: Ear) -> None:
    """However long the word before it took."""
    for text, spoken in ear.times.items():
        if len(spoken.words) > 1:
            share = spoken.words[-1].at_s / spoken.total_s
            assert await ear.cut(text, share, marks=spoken.words[:-1]), text


async def test_a_last_word_that_was_hardly_begun_is_cut_and_one_nearly_said_is_not(used_ear: Ear) -> None:
    text = PLAIN[0]
    spoken = used_ear.times[text]
    last = spoken.words[-1]
    word_s = spoken.total_s - last.at_s
    assert await used_ear.cut(text, (last.at_s + 0.1 * word_s) / spoken.total_s, marks=spoken.words, abrupt=True)
    assert not await used_ear.cut(text, (last.at_s + 0.1 * word_s) / spoken.total_s, marks=spoken.words)
    assert await used_ear.cut(text, (last.at_s + 0.5 * word_s) / spoken.total_s, marks=spoken.words, abrupt=True)
    assert not await used_ear.cut(text, (last.at_s + 0.98 * word_s) / spoken.total_s, marks=spoken.words, abrupt=True)


async def test_an_engine_that_marks_several_words_at_once_is_judged_by_its_audio(ear: Ear) -> None:
    text = PLAIN[0]
    every_fourth = ear.times[text].words[::4]
    assert not await ear.cut(text, 1.0, marks=every_fourth)
    half = [mark for mark in every_fourth if mark.at_s < ear.times[text].total_s / 2]
    assert await ear.cut(text, 0.5, marks=half)


async def test_marks_of_audio_that_did_not_come_do_not_count(ear: Ear) -> None:
    text = PLAIN[0]
    assert await ear.cut(text, 0.5, marks=ear.raw[text])


async def test_a_speed_that_the_voice_follows_or_not_is_no_cut(ear: Ear) -> None:
    assert not await ear.cut(PLAIN[0], 0.5, speed=2.0)
    assert not await ear.cut(PLAIN[0], 1.0, speed=2.0)
    assert not await ear.cut(PLAIN[0], 1.0, speed=0.6)
    assert await ear.cut(PLAIN[0], 0.4, speed=0.6)


@pytest.mark.parametrize(("audio_s", "cut"), [(0.4, True), (1.5, False), (9.0, False)])
async def test_an_estimate_tells_only_the_worst_and_teaches_nothing(*, audio_s: float, cut: bool) -> None:
    paces = Paces()
    judge = Completeness(Yardstick(None), paces)
    utterance = Utterance("twenty letters again and again here", "anna")
    assert cut == await judge.is_cut_off(utterance, voice_key=VOICE, audio_s=audio_s, marks=(), abrupt=True)
    assert paces.bounds(VOICE) == UNKNOWN


async def test_nothing_to_say_and_nothing_said_are_no_cuts() -> None:
    judge = Completeness(Yardstick(None), Paces())
    for text, audio_s in (("...", 0.1), ("some words", 0.0)):
        assert not await judge.is_cut_off(
            Utterance(text, "anna"), voice_key=VOICE, audio_s=audio_s, marks=(), abrupt=True
        )
