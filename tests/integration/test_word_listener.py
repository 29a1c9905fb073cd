"""The listener of the cut tests notices what a person would: words that are missing, cut off, or said twice."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import pytest

from tests.fakes.word_listener import Verdict, judged, pieces
from tests.fakes.word_sound import Tones, WordSound
from tests.fakes.word_times import EspeakTimes, words_of
from wyoming_tts.audio.resample import Resampler
from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = "The garage door at 10.0.0.138 is open, and it is raining. Shall I close it?"
RATE = 22_050


@pytest.fixture(scope="module")
def times() -> Iterator[EspeakTimes]:
    with EspeakTimes() as opened:
        yield opened


@pytest.fixture
def sounds(times: EspeakTimes) -> tuple[WordSound, WordSound]:
    tones = Tones(2)
    return WordSound(times, tones, 0, rate=RATE, pace=0.8), WordSound(times, tones, 1, rate=RATE, pace=1.2)


def heard(pcm: bytes, sounds: tuple[WordSound, WordSound], rate: int = RATE) -> Verdict:
    return judged(words_of(TEXT), pieces(pcm, rate, sounds[0].tones), sounds)


def begins(sound: WordSound, word: int) -> int:
    """Return the byte at which a word of the text begins."""
    piece = pieces(sound.say(TEXT, "en-us").pcm, RATE, sound.tones)[word]
    return round(piece.start_s * RATE) * 2


def ends(sound: WordSound, word: int) -> int:
    piece = pieces(sound.say(TEXT, "en-us").pcm, RATE, sound.tones)[word]
    return round((piece.start_s + piece.seconds) * RATE) * 2


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
@pytest.mark.parametrize("gain", [0.2, 1.0, 3.0])
def test_every_word_is_heard_at_any_rate_and_loudness(
    sounds: tuple[WordSound, WordSound], rate: int, gain: float
) -> None:
    resampler = Resampler(AudioFormat(RATE), AudioFormat(rate))
    pcm = resampler.feed(sounds[1].say(TEXT, "en-us").pcm) + resampler.finish()
    loud = array("h", (max(-28_000, min(28_000, round(sample * gain))) for sample in array("h", pcm)))
    assert heard(loud.tobytes(), sounds, rate) == Verdict((), (), ())


def test_a_word_that_was_begun_and_said_again_is_repeated(sounds: tuple[WordSound, WordSound]) -> None:
    first, second = (sound.say(TEXT, "en-us").pcm for sound in sounds)
    middle = (begins(sounds[0], 4) + ends(sounds[0], 4)) // 4 * 2
    assert heard(first[:middle] + second[begins(sounds[1], 4) :], sounds) == Verdict((), (("10.0.0.138",),), ())
    assert heard(first[:middle] + first[begins(sounds[0], 4) :], sounds) == Verdict((), (("10.0.0.138",),), ())


def test_a_word_of_which_too_little_was_heard_is_lost(sounds: tuple[WordSound, WordSound]) -> None:
    first, second = (sound.say(TEXT, "en-us").pcm for sound in sounds)
    third = begins(sounds[0], 4) + (ends(sounds[0], 4) - begins(sounds[0], 4)) // 6 * 2
    assert heard(first[:third] + second[begins(sounds[1], 5) :], sounds) == Verdict(("10.0.0.138",), (), ())
    assert heard(first[: ends(sounds[0], 2)] + second[begins(sounds[1], 5) :], sounds).lost == ("at", "10.0.0.138")
    assert heard(first[: ends(sounds[0], 10)], sounds).lost == ("shall", "i", "close", "it")
    assert heard(bytes(40_000), sounds).lost == tuple(words_of(TEXT))


def test_a_clause_that_is_said_again_is_repeated_word_for_word(sounds: tuple[WordSound, WordSound]) -> None:
    first, second = (sound.say(TEXT, "en-us").pcm for sound in sounds)
    whole = first[: ends(sounds[0], 10)] + second[begins(sounds[1], 7) :]
    assert heard(whole, sounds) == Verdict((), (("and", "it", "is", "raining"),), ())


def test_half_of_an_address_is_none_of_the_words(sounds: tuple[WordSound, WordSound]) -> None:
    first = sounds[0].say(TEXT, "en-us").pcm
    rest = sounds[1].say("0.0.138 is open, and it is raining. Shall I close it?", "en-us").pcm
    verdict = heard(first[: begins(sounds[0], 4)] + rest, sounds)
    assert (verdict.lost, verdict.strange) == (("10.0.0.138",), ("0.0.138",))
