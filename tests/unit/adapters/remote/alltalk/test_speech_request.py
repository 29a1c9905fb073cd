"""What is sent for an utterance."""

from __future__ import annotations

import pytest

from wyoming_tts.adapters.remote.alltalk.facts import Facts
from wyoming_tts.adapters.remote.alltalk.settings import AllTalkSettings
from wyoming_tts.adapters.remote.alltalk.speech_request import MAX_QUERY_CHARS, streamed_query, streams, whole_form
from wyoming_tts.adapters.remote.alltalk.voice_list import THE_ONE
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import Voice

XTTS = Facts("xtts", streams=True, has_speed=True, has_pitch=True, multilingual=True)
PLAIN = Facts("f5tts")
ANNA = Voice("anna.wav", ("de", "en"))
SETTINGS = AllTalkSettings()


def saying(text: str = "Hello.", *, language: str = "", speed: float = 1.0, pitch: float = 1.0) -> Utterance:
    return Utterance(text, "anna.wav", prosody=Prosody(speed, pitch), language=language)


def test_a_stream_is_asked_for_in_four_words() -> None:
    assert streamed_query(saying("Ah & oh?", language="en-GB"), ANNA, SETTINGS, XTTS) == {
        "text": "Ah & oh?",
        "voice": "anna.wav",
        "language": "en",
        "output_file": "wyoming_tts",
    }


def test_a_whole_one_says_what_must_not_happen() -> None:
    assert whole_form(saying(), ANNA, SETTINGS, PLAIN) == {
        "text_input": "Hello.",
        "text_filtering": "none",
        "narrator_enabled": "false",
        "autoplay": "false",
        "language": "de",
        "output_file_name": "wyoming_tts",
        "output_file_timestamp": "true",
        "character_voice_gen": "anna.wav",
    }


def test_the_voice_of_an_engine_with_one_is_not_named() -> None:
    assert "character_voice_gen" not in whole_form(saying(), Voice(THE_ONE, ("en",)), SETTINGS, PLAIN)


@pytest.mark.parametrize(
    ("speed", "pitch", "sent"),
    [
        (1.0, 1.0, {"speed": "1.00"}),
        (1.5, 2.0, {"speed": "1.50", "pitch": "10.0"}),
        (9.0, 1.0595, {"speed": "2.00", "pitch": "1.0"}),
        (0.1, 0.5, {"speed": "0.25", "pitch": "-10.0"}),
    ],
)
def test_speed_and_pitch_are_within_what_it_takes(speed: float, pitch: float, sent: dict[str, str]) -> None:
    form = whole_form(saying(speed=speed, pitch=pitch), ANNA, SETTINGS, XTTS)
    assert {key: form[key] for key in ("speed", "pitch") if key in form} == sent
    plain = whole_form(saying(speed=speed, pitch=pitch), ANNA, SETTINGS, PLAIN)
    assert not {"speed", "pitch"} & plain.keys()


def test_a_stream_where_the_engine_can_and_nothing_else_is_wanted() -> None:
    assert streams(saying(), SETTINGS, XTTS)
    assert not streams(saying(), SETTINGS, PLAIN)
    assert not streams(saying(speed=1.2), SETTINGS, XTTS)
    assert not streams(saying(pitch=1.2), SETTINGS, XTTS)
    assert streams(saying(speed=1.2), SETTINGS, Facts(streams=True)), "it could not do it anyway"


def test_a_text_that_makes_the_address_too_long_is_made_whole() -> None:
    assert streams(saying("x" * MAX_QUERY_CHARS), SETTINGS, XTTS)
    assert not streams(saying("x" * MAX_QUERY_CHARS + "x"), SETTINGS, XTTS)
    assert not streams(saying("語" * (MAX_QUERY_CHARS // 9 + 1)), SETTINGS, XTTS)


def test_the_owner_may_decide() -> None:
    assert streams(saying(speed=2.0), AllTalkSettings(streaming="on"), PLAIN)
    assert not streams(saying(), AllTalkSettings(streaming="off"), XTTS)


@pytest.mark.parametrize(
    ("engine", "text", "spoken"),
    [
        ("xtts", "Ha [laugh] <sigh>!", "Ha  laugh   sigh !"),
        ("fishspeech", "(angry) No.", " angry  No."),
        ("xtts", "(so to say)", "(so to say)"),
    ],
)
def test_marks_that_would_steer_an_engine_are_only_words(engine: str, text: str, spoken: str) -> None:
    facts = Facts(engine)
    assert whole_form(saying(text), ANNA, SETTINGS, facts)["text_input"] == spoken
    assert streamed_query(saying(text), ANNA, SETTINGS, facts)["text"] == spoken
    allowed = AllTalkSettings(allow_markup=True)
    assert whole_form(saying(text), ANNA, allowed, facts)["text_input"] == text
