"""What is still to be said after a cut."""

import pytest

from wyoming_tts.speech.audio import Mark
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.remainder import rest_of
from wyoming_tts.synthesis.carrying_on.whereabouts import Heard
from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick

UTTERANCE = Utterance("one two three four", voice="v", due_s=3.0)
MARKS = [Mark(0, 0.0), Mark(4, 0.5), Mark(8, 1.0), Mark(14, 1.6)]


LONG = "The first clause is here, the second one follows; the third has numbers like 192.168.1.10 and ends it."


async def rest(text: str, heard: Heard, *, previous_text: str = "", speed: float = 1.0) -> Utterance:
    utterance = Utterance(text, "v", prosody=Prosody(speed=speed), previous_text=previous_text, due_s=3.0)
    return await rest_of(utterance, heard, Yardstick(None), Paces(), "a/v#")


async def test_of_an_utterance_nobody_heard_all_is_left() -> None:
    assert await rest_of(UTTERANCE, Heard(0.0), Yardstick(None), Paces(), "a/v#") is UTTERANCE


@pytest.mark.parametrize(("heard_s", "text"), [(0.4, "one two three four"), (1.2, "three four"), (9.0, "four")])
async def test_the_rest_begins_with_the_word_being_said(heard_s: float, text: str) -> None:
    found = await rest_of(UTTERANCE, Heard(heard_s, MARKS), Yardstick(None), Paces(), "a/v#")
    assert (found.text, found.cacheable, found.due_s) == (text, False, 0.0)
    assert f"{found.previous_text} {found.text}".strip() == UTTERANCE.text


async def test_a_mark_within_a_word_means_the_word() -> None:
    text = "at (192.168.1.10) now"
    assert (await rest(text, Heard(2.0, [Mark(0, 0.0), Mark(4, 0.3), Mark(8, 1.5), Mark(18, 3.0)]))).text == text[3:]


async def test_without_word_times_it_begins_with_a_clause_surely_begun() -> None:
    found = await rest(LONG, Heard(6.0), previous_text="Before.")
    assert found.text.startswith("the second one")
    assert found.previous_text == "Before. The first clause is here,"
    assert (await rest(LONG, Heard(1.0))).text == LONG
    assert (await rest(LONG, Heard(99.0))).text.startswith("the third has")


async def test_an_unknown_voice_may_take_no_notice_of_the_speed() -> None:
    assert (await rest(LONG, Heard(6.0), speed=2.0)).text.startswith("the second one")
    assert (await rest(LONG[:60], Heard(6.0), speed=0.5)).text == LONG[:60]


async def test_of_a_clause_that_is_too_long_only_the_end_is_said_again() -> None:
    text = "many words without any sign between them " * 8
    found = await rest(text.strip(), Heard(15.0))
    assert 0 < len(text) - len(found.text) < len(text)
    assert text.strip().endswith(" " + found.text)


async def test_text_without_words_is_left_as_it_is() -> None:
    assert (await rest("… !", Heard(1.0))).text == "… !"
