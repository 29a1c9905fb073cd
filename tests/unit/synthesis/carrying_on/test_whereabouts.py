"""How far a voice has come, for sure and at the most."""

from itertools import accumulate

from wyoming_tts.audio.pauses import Pause
from wyoming_tts.speech.audio import Mark
from wyoming_tts.synthesis.carrying_on.pace import Pace
from wyoming_tts.synthesis.carrying_on.whereabouts import Heard, Whereabouts, locate
from wyoming_tts.synthesis.carrying_on.yardstick import Spoken

TEXT = "one two three four"
OFFSETS = (0, 4, 8, 14)
EVEN = Pace(1.0, 1.0)


def spoken(*seconds: float, pauses: tuple[Pause, ...] = (), estimated: bool = False, first_s: float = 0.0) -> Spoken:
    begins = list(accumulate(seconds, initial=first_s))
    words = tuple(Mark(offset, at_s) for offset, at_s in zip(OFFSETS, begins, strict=False))
    return Spoken(words, pauses, begins[-1], estimated)


SECOND_EACH = spoken(1.0, 1.0, 1.0, 1.0)


def located(
    heard_s: float, pace: Pace = EVEN, times: Spoken = SECOND_EACH, *pauses: Pause, text: str = TEXT
) -> tuple[int, int]:
    found = locate(text, times, pace, Heard(heard_s, pauses=pauses))
    assert isinstance(found, Whereabouts)
    return found.surely, found.furthest


def test_a_word_has_surely_begun_a_little_after_its_time_and_perhaps_a_little_before() -> None:
    assert located(2.05) == (1, 2)
    assert located(2.15) == (2, 2)
    assert located(1.95) == (1, 2)
    assert located(0.5) == (0, 0)
    assert located(99.0) == (3, 3)


def test_the_slowest_voice_is_sure_and_the_fastest_possible() -> None:
    assert located(2.0, Pace(1.45, 0.6)) == (1, 3)


def test_silence_at_the_beginning_is_no_speech() -> None:
    assert located(2.5, EVEN, SECOND_EACH, Pause(0.0, 0.5))[0] == 1


def test_the_voice_s_pauses_are_no_speech() -> None:
    assert located(3.5, EVEN, SECOND_EACH, Pause(1.0, 2.0)) == (2, 2)
    assert located(1.5, EVEN, SECOND_EACH, Pause(1.0, 1.05)) == (1, 1)


def test_the_yardstick_s_pauses_are_no_speech_but_may_be_the_voice_s_too() -> None:
    paused = spoken(2.0, 1.0, 1.0, pauses=(Pause(1.0, 2.0),))
    assert located(1.5, EVEN, paused) == (0, 1)
    assert located(2.5, EVEN, paused) == (1, 2)


def test_a_number_may_take_more_or_less() -> None:
    assert located(1.15, EVEN, spoken(1.0, 1.0, 1.0, 1.0), text="123 two three four")[0] == 0
    assert located(0.8, EVEN, spoken(1.0, 1.0, 1.0, 1.0), text="123 two three four")[1] == 1


def test_an_estimate_is_good_to_a_factor_of_two() -> None:
    assert located(2.5, EVEN, spoken(1.0, 1.0, 1.0, 1.0, estimated=True)) == (1, 3)


def test_a_sign_that_is_said_before_the_first_word_takes_its_time() -> None:
    assert located(1.3, EVEN, spoken(1.0, 1.0, first_s=0.5))[0] == 0
