"""What is made of another server's `info`, whatever stands in it."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.event import Event

from tests.servers.foreign_server import program, voice
from wyoming_tts.adapters.remote.wyoming.offer import UNKNOWN_QUALITY, Offer, Program, offer_of
from wyoming_tts.speech.voice import Voice

with warnings.catch_warnings():
    # Up to Python 3.12 the library's audio module imports `audioop`, which warns of its end.
    warnings.simplefilter("ignore", DeprecationWarning)
    from wyoming.info import Info

LONG = "x" * 101


def offer(*programs: dict[str, Any], **keys: object) -> Offer:
    return offer_of(Event("info", {"tts": list(programs), **keys}))


def names(found: Offer) -> list[str]:
    return [one.name for one in found.voices]


def test_everything_that_is_said_of_a_voice_arrives() -> None:
    said = voice(
        "anna",
        description="Anna\x1b[31m, a voice\n",
        version="1.2",
        languages=["en_gb", "de-DE", "en-GB"],
        speakers=[{"name": "calm"}, {"name": "glad"}, {"name": "calm"}],
    )
    assert offer(program("theirs", said)).voices == (
        Voice(
            "anna",
            ("en-GB", "de-DE"),
            description="Anna[31m, a voice",
            speakers=("calm", "glad"),
            quality=UNKNOWN_QUALITY,
            version="1.2",
            attribution_name="Somebody",
            attribution_url="https://example.com",
        ),
    )


def test_all_installed_programs_are_merged_and_the_first_of_two_alike_counts() -> None:
    found = offer(
        program("gone", voice("lost"), installed=False),
        program("one", voice("anna"), voice("ben", installed=False)),
        program("two", voice("anna", description="another"), voice("carl"), streams=True),
    )
    assert names(found) == ["anna", "carl"]
    assert found.voices[0].description == ""
    assert dict(found.programs) == {"anna": Program("one"), "carl": Program("two", is_first=False, streams=True)}


def test_the_owner_may_want_one_program_only() -> None:
    info = Event("info", {"tts": [program("one", voice("anna")), program("two", voice("anna"), voice("carl"))]})
    found = offer_of(info, "two")
    assert names(found) == ["anna", "carl"]
    assert not found.programs["anna"].is_first
    assert names(offer_of(info, "three")) == []


def test_what_is_no_language_tag_is_dropped() -> None:
    languages = ["English", "en", "zh_Hant_TW", "art-x-py", "", "e", 7, None, "de-DE-" + "x" * 9]
    assert offer(program("p", voice("a", languages=languages))).voices[0].languages == ("en", "zh-Hant-TW", "art-x-py")


@pytest.mark.parametrize("name", ["", " ", "a#1", "a\nb", LONG, 7, None, ["a"]])
def test_a_name_that_nobody_could_ask_for_is_left_out(name: object) -> None:
    assert names(offer(program("p", voice("anna"), voice("x") | {"name": name}))) == ["anna"]


def test_descriptions_are_bounded() -> None:
    assert len(offer(program("p", voice("a", description="d" * 10_000))).voices[0].description) == 100


def test_voices_passed_on_from_one_of_ours_are_left_out_and_what_is_known_of_others_is_taken() -> None:
    ours = program(
        "wyoming-tts",
        voice("espeak/de", **{"tts.quality": 0, "tts.gender": "male"}),
        voice("back/espeak/de"),
        voice("backwards/anna"),
        voice("Anna", **{"tts.quality": None, "tts.gender": "else"}),
    )
    found = offer(ours, **{"tts.instance": "abc", "tts.relayed": ["back"]})
    assert names(found) == ["espeak/de", "backwards/anna", "Anna"]
    assert found.instance == "abc"
    assert [(one.quality, one.gender) for one in found.voices] == [
        (0, "male"),
        (UNKNOWN_QUALITY, None),
        (UNKNOWN_QUALITY, None),
    ]


def test_the_extra_keys_of_a_server_that_is_none_of_ours_mean_nothing() -> None:
    found = offer(program("p", voice("back/x", **{"tts.quality": 9})), **{"tts.relayed": ["back"]})
    assert names(found) == ["back/x"]
    assert found.voices[0].quality == UNKNOWN_QUALITY
    assert found.instance is None


@pytest.mark.parametrize("instance", ["", "x" * 65, "a\n", 7, None, ["a"]])
def test_an_instance_is_a_short_name(instance: object) -> None:
    assert offer(program("p", voice("a")), **{"tts.instance": instance}).instance is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
KEYS = ["name", "installed", "voices", "languages", "speakers", "attribution", "description", "version"]
OURS = ["tts.quality", "tts.gender"]
ODD = st.dictionaries(st.sampled_from([*KEYS, *OURS]), JSON | st.just(value=True) | st.just("a"), max_size=9)


@given(data=st.fixed_dictionaries({"tts": st.lists(ODD | JSON), "tts.instance": JSON, "tts.relayed": JSON}), odd=ODD)
def test_anything_at_all_is_an_offer(data: dict[str, Any], odd: dict[str, Any]) -> None:
    offer_of(Event("info", data))
    two = program("p", voice("a") | odd, odd | {"name": "a", "installed": True})
    found = offer(two, **{"tts.instance": "ours"})
    assert len(set(names(found))) == len(names(found))


def test_nothing_said_is_nothing_offered() -> None:
    assert offer_of(Event("info", {})) == Offer()


def test_the_library_s_own_classes_pass_over_our_keys() -> None:
    data = {"tts": [program("p", voice("a", **{"tts.quality": 1}))], "tts.instance": "abc", "tts.relayed": []}
    assert Info.from_event(Event("info", data)).tts[0].voices[0].name == "a"
