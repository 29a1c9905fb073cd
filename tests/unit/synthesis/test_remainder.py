"""What is still to be said after a cut."""

from wyoming_tts.speech.audio import Mark
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.remainder import remainder

UTTERANCE = Utterance("one two three four", voice="v", due_s=3.0)
MARKS = [Mark(0, 0.0), Mark(4, 0.5), Mark(8, 1.0), Mark(14, 1.6)]


def test_nothing_heard_is_the_same_utterance() -> None:
    assert remainder(UTTERANCE, MARKS, 0.0) is UTTERANCE


def test_with_word_times_it_begins_at_the_word_that_was_cut() -> None:
    rest = remainder(UTTERANCE, MARKS, 1.2)
    assert rest.text == "three four"
    assert not rest.cacheable
    assert rest.due_s == 0


def test_marks_of_audio_that_was_not_heard_do_not_count() -> None:
    assert remainder(UTTERANCE, MARKS, 0.4).text == "one two three four"


def test_without_word_times_everything_is_said_again_rather_than_a_word_lost() -> None:
    assert remainder(UTTERANCE, [], 1.2).text == UTTERANCE.text
