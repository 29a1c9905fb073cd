"""What a client may say about a request, and what it may not."""

from __future__ import annotations

import pytest
from wyoming.event import Event

from wyoming_tts.errors import BadRequest
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.wire.parse import Manner, VoiceChoice, parse_manner, parse_text


def event(**data: object) -> Event:
    return Event("synthesize", data)


def test_everything_named_arrives() -> None:
    voice = {"name": "fake/anna", "speaker": "calm", "language": "de-DE"}
    assert parse_manner(event(voice=voice, text_format="ssml")) == Manner(
        VoiceChoice("fake/anna", "calm", "de-DE"), ssml=True
    )


@pytest.mark.parametrize(
    "data", [{}, {"voice": None}, {"voice": {}}, {"voice": {"name": None}}, {"voice": {"name": ""}}]
)
def test_nothing_named_is_the_default_voice(data: dict[str, object]) -> None:
    assert parse_manner(event(**data)) == Manner(VoiceChoice(), ssml=False)


@pytest.mark.parametrize("text_format", [None, "text", "something-new"])
def test_only_ssml_is_ssml(text_format: str | None) -> None:
    assert not parse_manner(event(text_format=text_format)).ssml


@pytest.mark.parametrize("value", [1, True, ["a"], {"a": "b"}, "a" * 201, "a\nb", "\x1b", "\ud800"])
@pytest.mark.parametrize("key", ["name", "speaker", "language"])
def test_names_are_short_printable_texts(key: str, value: object) -> None:
    with pytest.raises(BadRequest):
        parse_manner(event(voice={key: value}))


@pytest.mark.parametrize("data", [{"voice": "anna"}, {"voice": ["anna"]}, {"text_format": 1}])
def test_other_kinds_are_refused(data: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        parse_manner(event(**data))


def test_another_server_of_ours_says_how_and_through_whom() -> None:
    manner = parse_manner(event(**{"tts.prosody": {"speed": 2, "pitch": 0.9}, "tts.via": ["first", "second"]}))
    assert manner == Manner(VoiceChoice(), ssml=False, prosody=Prosody(2.0, 0.9), via=("first", "second"))


def test_what_several_servers_made_of_it_together_is_bounded() -> None:
    factors = {"speed": 100.0, "pitch": 0.01, "volume": -1}
    assert parse_manner(event(**{"tts.prosody": factors})).prosody == Prosody(4.0, 0.5, 0.0)


@pytest.mark.parametrize(
    "factors",
    [
        1.5,
        ["speed"],
        {"size": 1.0},
        {"speed": "2"},
        {"speed": True},
        {"speed": None},
        {"speed": float("nan")},
        {"speed": 10**400},
        {"speed": -1e9},
    ],
)
def test_a_manner_is_factors(factors: object) -> None:
    with pytest.raises(BadRequest, match=r"tts\.prosody"):
        parse_manner(event(**{"tts.prosody": factors}))


@pytest.mark.parametrize(
    "via", ["first", {"a": 1}, ["a"] * 9, ["x" * 65], [""], [7], [None], ["a\nb"], [["a"]], ["\ud800"]]
)
def test_the_servers_it_came_through_are_a_few_short_names(via: object) -> None:
    with pytest.raises(BadRequest, match=r"tts\.via"):
        parse_manner(event(**{"tts.via": via}))


@pytest.mark.parametrize("data", [{}, {"text": None}, {"text": 5}, {"text": ["a"]}])
def test_text_must_be_a_text(data: dict[str, object]) -> None:
    with pytest.raises(BadRequest, match="`synthesize`"):
        parse_text(event(**data))


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("", ""),
        ("Grüße \U0001f600\n", "Grüße \U0001f600\n"),
        ("a\0b", "a b"),
        ("a \ud800 b", "a \ufffd b"),
        ("a \udc00", "a \ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
    ],
)
def test_text_can_be_encoded_afterwards(text: str, fit: str) -> None:
    assert parse_text(event(text=text)) == fit
    parse_text(event(text=text)).encode()
