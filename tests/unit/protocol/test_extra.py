"""What the library's own classes would drop arrives."""

from __future__ import annotations

import pytest
from wyoming.event import Event

from wyoming_tts.protocol.extra import marks_event, marks_of, stream_events, synthesize_event, utterance_of
from wyoming_tts.speech.audio import Mark
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance


@pytest.mark.parametrize(
    "utterance",
    [
        Utterance("Hello.", "anna"),
        Utterance("Hi.", "anna", "calm", Prosody(1.5, 0.9, 0.5), due_s=1.25, seed=7),
    ],
)
def test_utterance_survives_the_way(utterance: Utterance) -> None:
    assert utterance_of(synthesize_event(utterance)) == utterance


def test_the_servers_it_came_through_are_named_only_where_there_are_any() -> None:
    assert synthesize_event(Utterance("Hi.", "anna", via=("first", "second"))).data["tts.via"] == ["first", "second"]
    assert "tts.via" not in synthesize_event(Utterance("Hi.", "anna")).data


def test_a_text_stream_says_all_twice_but_for_the_text() -> None:
    utterance = Utterance("Hi.", "anna", "calm", seed=7, via=("first",))
    start, chunk, whole, stop = stream_events(utterance)
    assert [event.type for event in (start, chunk, whole, stop)] == [
        "synthesize-start",
        "synthesize-chunk",
        "synthesize",
        "synthesize-stop",
    ]
    assert whole == synthesize_event(utterance)
    assert start.data | chunk.data == whole.data
    assert "text" not in start.data


def test_plain_synthesize_is_an_utterance() -> None:
    assert utterance_of(Event("synthesize", {"text": "a", "voice": {"name": "b"}})) == Utterance("a", "b")


@pytest.mark.parametrize("data", [{}, {"text": "a"}, {"text": "a", "voice": "b"}, {"text": "a", "voice": {}}])
def test_what_is_no_utterance_is_refused(data: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        utterance_of(Event("synthesize", data))


def test_marks_survive_the_way() -> None:
    marks = (Mark(0, 0.0), Mark(6, 0.5123))
    assert marks_of(marks_event(marks)) == marks


@pytest.mark.parametrize(
    "mark",
    [
        *([number, 0.0] for number in (10**400, -(10**400), float("inf"), float("nan"), "x", None)),
        *([0, number] for number in (10**400, -(10**400), float("inf"), float("nan"), "inf", "x", None)),
        [0],
        7,
    ],
)
def test_places_and_times_that_make_no_sense_are_refused(mark: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        marks_of(Event("tts-marks", {"marks": [[0, 0.0], mark]}))
