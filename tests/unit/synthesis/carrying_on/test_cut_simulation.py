"""Cuts anywhere in many texts, by the real word times of eSpeak NG: nothing is lost, little is said twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random

import pytest

from tests.fakes.real_espeak import real_espeak
from tests.fakes.spoken_texts import TEXTS
from tests.fakes.warped_voice import WarpedVoice
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.carrying_on.completeness import Completeness
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.remainder import MOST_REPEATED_CHARS, rest_of
from wyoming_tts.synthesis.carrying_on.yardstick import Spoken, Yardstick

FACTORS = (0.8, 0.9, 1.0, 1.1, 1.2)
LONG_WORD_CHARS = 40
"""Longer than that is a word that nobody knows whether to say again whole."""
UNKNOWN_MOST_REPEATED_CHARS = 125
"""Where nothing is known of the voice and no pause tells: who has heard 100 characters may have heard 190."""
VOICE = "cloud/anna#"


@dataclass(frozen=True, slots=True)
class Measured:
    utterance: Utterance
    spoken: Spoken


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Yardstick, list[Measured]]:
    """Every text once; the yardstick remembers them all."""

    async def measure() -> tuple[Yardstick, list[Measured]]:
        async with real_espeak(tmp_path_factory.mktemp("espeak")) as adapter:
            yardstick = Yardstick(adapter)
            return yardstick, [await _measured(yardstick, language, text) for language, text in TEXTS]

    return asyncio.run(measure())


async def _measured(yardstick: Yardstick, language: str, text: str) -> Measured:
    spoken = await yardstick.measure(text, language)
    assert not spoken.estimated, text
    return Measured(Utterance(text, "anna", language=language), spoken)


def taught(factor: float, random: Random, utterances: int) -> Paces:
    paces = Paces()
    for _ in range(utterances):
        paces.teach(VOICE, 10 * factor * random.gauss(1, 0.03), 10)
    return paces


@pytest.mark.parametrize(("known", "moody", "cuts"), [(0, False, 40), (8, False, 40), (0, True, 10), (3, True, 10)])
async def test_the_rest_after_a_cut_lacks_no_word_and_repeats_little(
    measured: tuple[Yardstick, list[Measured]], *, known: int, moody: bool, cuts: int
) -> None:
    """200 cuts a text in voices that pause as eSpeak NG does; fewer in such as pause as they like."""
    yardstick, texts = measured
    random = Random(known)
    repeated = []
    for one in texts:
        text = one.utterance.text
        for factor in FACTORS:
            voice = WarpedVoice(text, one.spoken, factor=factor, random=random, moody=moody)
            paces = taught(factor, random, known)
            for _ in range(cuts):
                cut_s = random.uniform(0.0, voice.total_s)
                rest = await rest_of(one.utterance, voice.heard(cut_s), yardstick, paces, VOICE)
                start = len(text) - len(rest.text)
                assert text[start:] == rest.text
                assert voice.lost(cut_s, start) == 0, (factor, cut_s, text, rest.text)
                repeated.append((voice.repeated(cut_s, start), text))
    counts = sorted(count for count, _ in repeated)
    ordinary = [count for count, text in repeated if max(map(len, text.split())) < LONG_WORD_CHARS]
    print(  # noqa: T201 - the figures to quote
        f"{known=} {moody=}: {len(counts)} cuts, no word lost; characters twice: mean {sum(counts) / len(counts):.1f},"
        f" 95 % {counts[len(counts) * 95 // 100]}, most {counts[-1]}, {sum(count > 80 for count in counts)} over 80"
    )
    assert sum(counts) / len(counts) < 35
    assert max(ordinary) <= (MOST_REPEATED_CHARS if known == 8 else UNKNOWN_MOST_REPEATED_CHARS)
    assert sum(count > MOST_REPEATED_CHARS for count in counts) < len(counts) / 50


async def test_an_early_end_is_noticed_and_a_natural_one_is_not(
    measured: tuple[Yardstick, list[Measured]],
) -> None:
    """A voice is listened to, its complete utterances first; then its provider ends early without a word."""
    yardstick, texts = measured
    random = Random(7)
    false, missed, cuts = 0, 0, 0
    for factor in FACTORS:
        judge = Completeness(yardstick, Paces())
        for one in texts:
            voice = WarpedVoice(one.utterance.text, one.spoken, factor=factor, random=random)
            false += await judge.is_cut_off(
                one.utterance, voice_key=VOICE, audio_s=voice.total_s, marks=(), abrupt=False
            )
        for one in texts:
            voice = WarpedVoice(one.utterance.text, one.spoken, factor=factor, random=random)
            for _ in range(10):
                cut_s = random.uniform(0.0, voice.total_s)
                heard = voice.heard(cut_s)
                silent = [pause for pause in heard.pauses if pause.end_s == cut_s]
                if not voice.words_left(cut_s):
                    continue
                cuts += 1
                missed += not await judge.is_cut_off(
                    one.utterance,
                    voice_key=f"{VOICE}{cuts % 2}" if cuts % 4 == 0 else VOICE,
                    audio_s=silent[0].start_s if silent else cut_s,
                    marks=(),
                    abrupt=not silent,
                )
    print(f"{false} false alarms; {cuts - missed} of {cuts} early ends noticed")  # noqa: T201 - the figures to quote
    assert false == 0
    assert missed < 0.1 * cuts
