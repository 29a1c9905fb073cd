"""Names for voices, and what the lists say of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.elevenlabs_cloud import cloud
from tests.fakes.noted_threads import NotedThreads
from tests.servers.elevenlabs_server import ANNA, RACHEL, ROGER
from wyoming_tts.adapters.remote.elevenlabs.settings import NamedVoice
from wyoming_tts.adapters.remote.elevenlabs.speech_model import model_of
from wyoming_tts.adapters.remote.elevenlabs.voice_list import found, voices_of
from wyoming_tts.errors import BadCredentials, ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MODEL = model_of("eleven_multilingual_v2")


async def test_every_page_is_read_and_namesakes_are_told_apart() -> None:
    async with cloud() as subject:
        assert [(voice.name, voice.version) for voice in subject.adapter.voices()] == [
            ("Rachel", RACHEL),
            ("Rachel (ANNAxx)", ANNA),
            ("Roger - Laid-Back, Casual", ROGER),
        ]
        pages = [asked.query for asked in subject.fake.asked if asked.path == "/v2/voices"]
        assert pages == [{"page_size": "100"}, {"page_size": "100", "next_page_token": "2"}]


async def test_languages_are_the_voices_own_first_and_only_those_of_the_model() -> None:
    async with cloud() as subject:
        rachel, anna, _ = subject.adapter.voices()
        assert rachel.languages == ("en-US", "de", "fr")
        assert anna.languages == ("de-DE", "en", "fr")


async def test_a_list_is_made_into_voices_in_a_thread_since_it_may_be_long() -> None:
    threads = NotedThreads()
    asyncio.get_running_loop().set_default_executor(threads)
    async with cloud() as subject:
        assert len(subject.adapter.voices()) == 3
    assert "voices_of" in threads.noted


async def test_a_voice_goes_by_its_name_its_id_and_its_short_name() -> None:
    async with cloud() as subject:
        for name in (ROGER, "Roger - Laid-Back, Casual", "roger", "ROGER"):
            assert subject.adapter.accepts(name)
            await subject.say("Hi.", voice=name)
        assert not subject.adapter.accepts("Rog")
        assert {asked.path for asked in subject.fake.asked if asked.method == "POST"} == {
            f"/v1/text-to-speech/{ROGER}/stream/with-timestamps"
        }


async def test_the_owner_chooses_and_names() -> None:
    chosen = ["Roger", {"voice": RACHEL, "name": "Anna"}, "Nobody"]
    async with cloud(voices=chosen) as subject:
        assert [(voice.name, voice.version) for voice in subject.adapter.voices()] == [
            ("Roger - Laid-Back, Casual", ROGER),
            ("Anna", RACHEL),
        ]


async def test_a_key_that_may_only_speak_speaks_with_the_voices_that_are_named() -> None:
    async with cloud(start=False, voices=[{"voice": RACHEL, "name": "Anna"}]) as subject:
        subject.fake.rights.clear()
        await subject.adapter.start()
        assert [voice.name for voice in subject.adapter.voices()] == ["Anna"]
        assert subject.adapter.credit is None
        await subject.say("Hi.", voice="Anna")
    async with cloud(start=False) as subject:
        subject.fake.rights.clear()
        with pytest.raises(BadCredentials):
            await subject.adapter.start()


async def test_a_wrong_key_is_a_wrong_key_also_where_voices_are_named() -> None:
    async with cloud(start=False, voices=["Rachel"]) as subject:
        subject.fake.key = "another"
        with pytest.raises(BadCredentials):
            await subject.adapter.start()


async def test_another_kind_of_server_is_told_as_such() -> None:
    async with cloud(start=False) as subject:
        subject.fake.voices = []
        subject.fake.page_voices = 0
        await subject.adapter.start()
        assert subject.adapter.voices() == ()
    async with cloud(start=False, base_url="http://127.0.0.1:9") as subject:
        with pytest.raises(ProviderUnavailable):
            await subject.adapter.start()


def test_names_can_stand_in_a_full_name() -> None:
    entries = [{"voice_id": "1", "name": "  A/B#C\n\tD "}, {"voice_id": "2", "name": ""}, {"voice_id": "3"}]
    assert {voice.name for voice in voices_of(entries, MODEL)} == {"A-B-C D", "2", "3"}


class Tags(tuple[str, ...]):
    """Counts how often it was gone through."""

    looks = 0

    def __iter__(self) -> Iterator[str]:
        self.looks += 1
        return super().__iter__()


def test_the_models_languages_are_gone_through_once_for_all_voices() -> None:
    tags = Tags(("en", "de", "fr"))
    entries = [{"voice_id": str(number), "labels": {"language": "de"}} for number in range(50)]
    voices = voices_of(entries, replace(MODEL, languages=tags))
    assert {voice.languages for voice in voices} == {("de", "en", "fr")}
    assert tags.looks == 1


def test_the_oldest_of_namesakes_keeps_its_name_whatever_the_order() -> None:
    entries: list[Any] = [
        {"voice_id": "newer00", "name": "Sam", "created_at_unix": 9},
        {"voice_id": "older00", "name": "sam", "created_at_unix": 3},
    ]
    for order in (entries, entries[::-1]):
        assert [(voice.name, voice.version) for voice in voices_of(order, MODEL)] == [
            ("sam", "older00"),
            ("Sam (newer0)", "newer00"),
        ]


@pytest.mark.parametrize(
    "created", [10**400, -(10**400), float("inf"), float("nan")], ids=["huge", "far below", "inf", "nan"]
)
def test_a_moment_that_makes_no_sense_is_none(created: float) -> None:
    entries: list[Any] = [
        {"voice_id": "b", "name": "Sam", "created_at_unix": 1},
        {"voice_id": "a", "name": "Sam", "created_at_unix": created},
    ]
    for order in (entries, entries[::-1]):
        assert [(voice.name, voice.version) for voice in voices_of(order, MODEL)] == [("Sam", "a"), ("Sam (b)", "b")]


@pytest.mark.parametrize("entry", [None, 3, [], {}, {"voice_id": 7}, {"voice_id": ""}])
def test_what_is_no_voice_is_left_out(entry: object) -> None:
    assert voices_of([entry, {"voice_id": "x", "name": "X", "labels": [], "verified_languages": "no"}], MODEL) == (
        voices_of([{"voice_id": "x", "name": "X"}], MODEL)
    )


def test_a_name_of_the_owners_is_found_before_a_likeness() -> None:
    voices = voices_of([{"voice_id": "1", "name": "Roger - Calm"}, {"voice_id": "2", "name": "roger"}], MODEL)
    assert found(voices, "roger") == voices[0]
    named = voices_of([{"voice_id": "1", "name": "A"}], MODEL, [NamedVoice(voice="1", name="B")])
    assert [voice.name for voice in named] == ["B"]
